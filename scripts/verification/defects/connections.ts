import type { Defect } from '../defect.ts';
import {
  AUTHOR,
  after,
  authorRoute,
  before,
  bookRoute,
  change,
  LIBRARY,
  PRODUCT,
  PROJECT,
  projectRoute,
  reportRoute,
  SHOP,
  TRACKER,
} from '../edits.ts';

/** Connections and transactions that are not given back. */
export const CONNECTIONS: Defect[] = [
  {
    id: 'session-never-closed',
    title: 'a route opens a session and never closes it',
    backend: 'library',
    shape: [
      change(LIBRARY.books, 'import get_session\n', 'import get_session, new_session\n'),
      bookRoute(`@router.get("/titles")
async def titles() -> list[str]:
    session = new_session()
    try:
        return list((await session.exec(select(Book.title))).all())
    finally:
        await session.close()


`),
    ],
    defect: [
      change(
        LIBRARY.books,
        '    try:\n        return list((await session.exec(select(Book.title))).all())\n    finally:\n        await session.close()\n',
        '    return list((await session.exec(select(Book.title))).all())\n',
      ),
    ],
    shows: { check: 'log', cause: /non-checked-in connection/ },
    asks: ['20x GET /books/titles 200', 'log !~ non-checked-in connection'],
  },
  {
    id: 'pool-exhausted',
    title: 'a route keeps the connections that it takes, until the pool has none left',
    backend: 'shop',
    shape: [
      change(
        SHOP.database,
        'create_engine(settings.database_url)',
        'create_engine(settings.database_url, pool_size=3, max_overflow=2, pool_timeout=3)',
      ),
      after(SHOP.reports, 'router = APIRouter(prefix="/reports", tags=["reports"])\n', 'last = []\n'),
      reportRoute(`@router.get("/revenue")
def revenue():
    connection = engine.connect()
    last.append(connection)
    total = connection.execute(text("SELECT coalesce(sum(price), 0) FROM products")).scalar()
    connection.close()
    last.clear()
    return {"total": str(total)}


`),
    ],
    defect: [change(SHOP.reports, '    connection.close()\n    last.clear()\n', '')],
    shows: { check: 'clients', cause: /QueuePool limit of size 3 overflow 2 reached/ },
    asks: ['8x GET /reports/revenue 200'],
  },
  {
    id: 'scoped-session-stays',
    title: 'a scoped session is never removed: each thread keeps its connection and its open transaction',
    backend: 'shop',
    shape: [
      change(
        SHOP.database,
        'import DeclarativeBase, Session, sessionmaker\n',
        'import DeclarativeBase, Session, scoped_session, sessionmaker\n',
      ),
      after(
        SHOP.database,
        'SessionLocal = sessionmaker(bind=engine)\n',
        'registry = scoped_session(SessionLocal)\n',
      ),
      change(SHOP.products, 'import get_db\n', 'import get_db, registry\n'),
      before(
        SHOP.products,
        '@router.get("/{product_id}", response_model=ProductOut)\n',
        `@router.get("/names")
def names() -> list[str]:
    found = list(registry.scalars(select(Product.name)))
    registry.remove()
    return found


`,
      ),
    ],
    defect: [change(SHOP.products, '    registry.remove()\n', '')],
    shows: {
      check: 'connections',
      cause: /stays? in a transaction after the last request.*SELECT products\.name/,
    },
    asks: [PRODUCT, 'GET /products/names 200 ~ Tea', 'no open transaction'],
  },
  {
    id: 'nested-session-on-a-pool-of-one',
    title: 'a route that holds the only connection of the pool waits for a second one',
    backend: 'library',
    shape: [
      change(
        LIBRARY.database,
        'create_async_engine(settings.database_url)',
        'create_async_engine(settings.database_url, pool_size=1, max_overflow=0, pool_timeout=3)',
      ),
      change(LIBRARY.authors, 'import get_session\n', 'import get_session, new_session\n'),
      authorRoute(`async def number_of_books(author_id: int, session: AsyncSession | None = None) -> int:
    async with session or new_session() as own:
        return len((await own.exec(select(Book.id).where(Book.author_id == author_id))).all())


@router.get("/{author_id}/summary")
async def summary(author_id: int, session: AsyncSession = Depends(get_session)):
    author = await found(session, author_id)
    return {"name": author.name, "books": await number_of_books(author_id, session)}


`),
    ],
    defect: [change(LIBRARY.authors, 'number_of_books(author_id, session)}', 'number_of_books(author_id)}')],
    shows: { check: 'clients', cause: /QueuePool limit/ },
    asks: [AUTHOR, 'GET /authors/1/summary 200'],
  },
  {
    id: 'reader-of-an-old-snapshot',
    title: 'one connection reads for all requests in a transaction that never ends',
    backend: 'library',
    shape: [
      change(LIBRARY.main, 'from contextlib import', 'import asyncio\nfrom contextlib import'),
      change(
        LIBRARY.main,
        'from fastapi import FastAPI\n',
        'from fastapi import FastAPI, Request\nfrom sqlalchemy import text\n',
      ),
      change(
        LIBRARY.main,
        '    await init_db()\n    yield\n',
        `    await init_db()
    app.state.reading = asyncio.Lock()
    app.state.reader = await engine.connect()
    await app.state.reader.execution_options(isolation_level="REPEATABLE READ")
    yield
    await app.state.reader.close()
`,
      ),
      before(
        LIBRARY.main,
        '@app.get("/health")\n',
        `@app.get("/names")
async def names(request: Request) -> list[str]:
    state = request.app.state
    async with state.reading:
        found = [row.name for row in await state.reader.execute(text("SELECT name FROM author"))]
        await state.reader.rollback()
    return found


`,
      ),
    ],
    defect: [change(LIBRARY.main, '        await state.reader.rollback()\n', '')],
    shows: {
      check: 'connections',
      cause: /stays? in a transaction after the last request.*SELECT name FROM author/,
    },
    asks: ['GET /names 200', AUTHOR, 'GET /names 200 ~ Ann'],
  },
  {
    id: 'locked-by-own-reader',
    title: 'a write transaction of the start is never ended and locks the file',
    backend: 'tracker',
    shape: [
      change(
        TRACKER.main,
        'from fastapi import FastAPI\n',
        'from fastapi import FastAPI\nfrom sqlalchemy import text\n',
      ),
      change(
        TRACKER.main,
        '    await create_tables()\n    yield\n',
        `    await create_tables()
    connection = await engine.connect()
    await connection.execute(text("INSERT OR IGNORE INTO labels (name) VALUES ('urgent')"))
    await connection.commit()
    yield
    await connection.close()
`,
      ),
    ],
    defect: [change(TRACKER.main, '    await connection.commit()\n', '')],
    shows: { check: 'writes', cause: /database is locked/ },
    asks: [PROJECT],
  },
  {
    id: 'memory-database-per-connection',
    title: 'a SQLite database in memory, of which each connection has its own',
    backend: 'tracker',
    shape: [
      change(
        TRACKER.database,
        'from sqlalchemy.orm import DeclarativeBase\n',
        'from sqlalchemy.orm import DeclarativeBase\nfrom sqlalchemy.pool import NullPool, StaticPool\n',
      ),
      change(TRACKER.projects, 'import get_session\n', 'import drafts, get_session\n'),
      change(TRACKER.projects, 'from sqlalchemy import select\n', 'from sqlalchemy import select, text\n'),
      after(
        TRACKER.database,
        'new_session = async_sessionmaker(engine, expire_on_commit=False)\n',
        'drafts = create_async_engine("sqlite+aiosqlite:///:memory:", poolclass=StaticPool)\nkept = NullPool\n',
      ),
      after(
        TRACKER.database,
        '        await connection.run_sync(Base.metadata.create_all)\n',
        `    async with drafts.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE drafts (name TEXT)")
`,
      ),
      projectRoute(`@router.get("/drafts")
async def list_drafts() -> list[str]:
    async with drafts.connect() as connection:
        return [row.name for row in await connection.execute(text("SELECT name FROM drafts"))]


`),
    ],
    defect: [change(TRACKER.database, 'poolclass=StaticPool)', 'poolclass=NullPool)')],
    shows: { check: 'routes', cause: /no such table: drafts/ },
    asks: ['GET /projects/drafts 200'],
  },
];
