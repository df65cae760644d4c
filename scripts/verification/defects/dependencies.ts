import type { Defect } from '../defect.ts';
import {
  AUTHOR,
  after,
  BOOK,
  before,
  bookRoute,
  CUSTOMER,
  change,
  LIBRARY,
  projectRoute,
  SHOP,
  TRACKER,
} from '../edits.ts';

/** Dependencies that give something else than a session that is open, one for each request. */
export const DEPENDENCIES: Defect[] = [
  {
    id: 'dependency-gives-factory',
    title: 'the dependency of one router gives the factory of the sessions',
    backend: 'library',
    catalogue: 'py-depends-misuse',
    shape: [
      before(
        LIBRARY.database,
        'async def get_session()',
        'async def get_reader() -> AsyncIterator[AsyncSession]:\n    async with new_session() as session:\n        yield session\n\n\n',
      ),
      change(LIBRARY.books, 'import get_session\n', 'import get_reader, get_session\n'),
      bookRoute(`@router.get("/titles")
async def titles(session: AsyncSession = Depends(get_reader)) -> list[str]:
    return list((await session.exec(select(Book.title))).all())


`),
    ],
    defect: [
      change(
        LIBRARY.database,
        'async def get_reader() -> AsyncIterator[AsyncSession]:\n    async with new_session() as session:\n        yield session\n',
        'async def get_reader() -> AsyncIterator[AsyncSession]:\n    yield new_session\n',
      ),
    ],
    shows: { check: 'routes', cause: /'async_sessionmaker' object has no attribute 'exec'/ },
    asks: ['GET /books/titles 200'],
  },
  {
    id: 'generator-used-as-session',
    title: 'a route calls the dependency itself and takes the generator for a session',
    backend: 'tracker',
    catalogue: 'py-depends-misuse',
    shape: [
      change(TRACKER.projects, 'import get_session\n', 'import get_session, new_session\n'),
      projectRoute(`@router.get("/names")
async def names() -> list[str]:
    async with new_session() as session:
        return list(await session.scalars(select(Project.name)))


`),
    ],
    defect: [
      change(
        TRACKER.projects,
        '    async with new_session() as session:\n        return list(await session.scalars(select(Project.name)))\n',
        '    session = get_session()\n    return list(await session.scalars(select(Project.name)))\n',
      ),
    ],
    shows: { check: 'routes', cause: /'async_generator' object has no attribute 'scalars'/ },
    asks: ['GET /projects/names 200'],
  },
  {
    id: 'context-manager-as-dependency',
    title: 'the dependency of one route is an async context manager',
    backend: 'library',
    catalogue: 'py-depends-misuse',
    shape: [
      before(LIBRARY.database, 'from collections.abc import AsyncIterator\n', ''),
      change(
        LIBRARY.database,
        'import AsyncIterator\n',
        'import AsyncIterator\nfrom contextlib import asynccontextmanager\n',
      ),
      before(
        LIBRARY.database,
        'async def get_session()',
        `async def reading() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


open_reading = asynccontextmanager(reading)


`,
      ),
      change(LIBRARY.books, 'import get_session\n', 'import get_session, open_reading, reading\n'),
      bookRoute(`@router.get("/titles")
async def titles(session: AsyncSession = Depends(reading)) -> list[str]:
    async with open_reading() as other:
        there = (await other.exec(select(Book.id))).first() is not None
    return list((await session.exec(select(Book.title))).all()) if there else []


`),
    ],
    defect: [change(LIBRARY.books, 'Depends(reading)', 'Depends(open_reading)')],
    shows: {
      check: 'routes',
      cause: /'_AsyncGeneratorContextManager' object has no attribute 'exec'|is not an async iterator/,
    },
    asks: [AUTHOR, BOOK, 'GET /books/titles 200 ~ One'],
  },
  {
    id: 'dependency-returns-from-with',
    title: 'the dependency returns a session that its with has closed, and nobody closes it again',
    backend: 'library',
    catalogue: 'py-sync-dependency-closes-async',
    defect: [
      change(
        LIBRARY.database,
        'async def get_session() -> AsyncIterator[AsyncSession]:\n    async with new_session() as session:\n        yield session\n',
        'async def get_session() -> AsyncSession:\n    async with new_session() as session:\n        return session\n',
      ),
    ],
    shows: { check: 'log', cause: /non-checked-in connection/ },
    asks: [AUTHOR, '20x GET /authors 200', 'log !~ non-checked-in connection'],
  },
  {
    id: 'close-not-awaited',
    title: 'a synchronous dependency closes the async session without await',
    backend: 'library',
    catalogue: 'py-sync-dependency-closes-async',
    defect: [
      change(
        LIBRARY.database,
        'async def get_session() -> AsyncIterator[AsyncSession]:\n    async with new_session() as session:\n        yield session\n',
        'def get_session():\n    session = new_session()\n    try:\n        yield session\n    finally:\n        session.close()\n',
      ),
    ],
    shows: { check: 'log', cause: /coroutine 'AsyncSession\.close' was never awaited/ },
    asks: ['5x GET /authors 200', 'log !~ never awaited'],
  },
  {
    id: 'session-of-everyone',
    title: 'all requests share one session, and after one failed write it refuses them all',
    backend: 'shop',
    shape: [
      change(
        SHOP.customers,
        '    try:\n        db.commit()\n    except IntegrityError:\n        db.rollback()\n        raise',
        '    try:\n        db.commit()\n    except IntegrityError:\n        raise',
      ),
    ],
    defect: [
      change(
        SHOP.database,
        '    db = SessionLocal()\n    try:\n        yield db\n    finally:\n        db.close()\n',
        '    yield shared\n',
      ),
      after(SHOP.database, 'SessionLocal = sessionmaker(bind=engine)\n', 'shared = SessionLocal()\n'),
    ],
    shows: { check: 'writes', cause: /PendingRollbackError/ },
    asks: [CUSTOMER, 'POST /customers {"name":"Bo","email":"ida@example.com"} 409', 'GET /customers 200'],
  },
  {
    id: 'state-never-set',
    title: 'a route reads its session from request.state, where nothing puts it',
    backend: 'tracker',
    catalogue: 'py-depends-misuse',
    shape: [
      change(TRACKER.main, 'from fastapi import FastAPI\n', 'from fastapi import FastAPI, Request\n'),
      change(TRACKER.main, 'import create_tables, engine\n', 'import create_tables, engine, new_session\n'),
      before(
        TRACKER.main,
        'app.include_router(projects.router)\n',
        `

async def with_session(request: Request, call_next):
    async with new_session() as session:
        request.state.session = session
        return await call_next(request)


app.middleware("http")(with_session)
`,
      ),
      change(
        TRACKER.projects,
        'import APIRouter, Depends, HTTPException\n',
        'import APIRouter, Depends, HTTPException, Request\n',
      ),
      projectRoute(`@router.get("/names")
async def names(request: Request) -> list[str]:
    return list(await request.state.session.scalars(select(Project.name)))


`),
    ],
    defect: [change(TRACKER.main, 'app.middleware("http")(with_session)\n', '')],
    shows: { check: 'routes', cause: /'State' object has no attribute 'session'/ },
    asks: ['GET /projects/names 200'],
  },
  {
    id: 'begun-by-the-dependency',
    title: 'a route begins a transaction that an earlier query of its session has begun already',
    backend: 'library',
    shape: [
      change(
        LIBRARY.authors,
        '    author = await found(session, author_id)\n    await session.delete(author)\n    await session.commit()\n',
        '    async with session.begin():\n        author = await found(session, author_id)\n        await session.delete(author)\n',
      ),
    ],
    defect: [
      change(
        LIBRARY.authors,
        '    async with session.begin():\n        author = await found(session, author_id)\n        await session.delete(author)\n',
        '    author = await found(session, author_id)\n    async with session.begin():\n        await session.delete(author)\n',
      ),
    ],
    shows: { check: 'writes', cause: /A transaction is already begun on this Session/ },
    asks: [AUTHOR, 'DELETE /authors/1 204', 'GET /authors/1 404'],
  },
];
