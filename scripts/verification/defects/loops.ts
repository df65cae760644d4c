import type { Defect } from '../defect.ts';
import { AUTHOR, authorRoute, BOOK, before, bookRoute, change, LIBRARY, PROJECT, TRACKER } from '../edits.ts';

/** More than one event loop, or one session in several tasks. */
export const LOOPS: Defect[] = [
  {
    id: 'engine-in-second-loop',
    title: "a synchronous route runs a query of the application's engine in an event loop of its own",
    backend: 'library',
    catalogue: 'py-loop-celery',
    shape: [
      change(LIBRARY.books, 'from fastapi import', 'import asyncio\n\nfrom fastapi import'),
      change(LIBRARY.books, 'import get_session\n', 'import get_session, new_session\n'),
      bookRoute(`async def count_books() -> int:
    async with new_session() as session:
        return len((await session.exec(select(Book.id))).all())


@router.get("/count")
async def count() -> int:
    return await count_books()


`),
    ],
    defect: [
      change(
        LIBRARY.books,
        'async def count() -> int:\n    return await count_books()\n',
        'def count() -> int:\n    return asyncio.run(count_books())\n',
      ),
    ],
    shows: {
      check: 'routes',
      cause: /attached to a different loop|Event loop is closed|another operation is in progress/,
    },
    asks: ['GET /books 200', '3x GET /books/count 200', '3x GET /books 200'],
  },
  {
    id: 'run-inside-loop',
    title: 'asyncio.run is called while the event loop of the server runs',
    backend: 'library',
    catalogue: 'py-startup-coroutine-not-awaited',
    shape: [
      change(LIBRARY.books, 'from fastapi import', 'import asyncio\n\nfrom fastapi import'),
      change(LIBRARY.books, 'import get_session\n', 'import get_session, new_session\n'),
      bookRoute(`async def count_books() -> int:
    async with new_session() as session:
        return len((await session.exec(select(Book.id))).all())


@router.get("/count")
async def count() -> int:
    return await asyncio.wait_for(count_books(), 10)


`),
    ],
    defect: [
      change(
        LIBRARY.books,
        'return await asyncio.wait_for(count_books(), 10)',
        'return asyncio.run(count_books())',
      ),
    ],
    shows: { check: 'routes', cause: /asyncio\.run\(\) cannot be called from a running event loop/ },
    asks: ['GET /books/count 200'],
  },
  {
    id: 'pool-from-dead-loop',
    title: 'the tables are made in an event loop of another thread, which leaves its connection in the pool',
    backend: 'library',
    catalogue: 'py-loop-pool-tests',
    shape: [
      change(
        LIBRARY.database,
        'from collections.abc import AsyncIterator\n',
        'import asyncio\nimport threading\nfrom collections.abc import AsyncIterator\n',
      ),
      before(
        LIBRARY.database,
        'async def get_session()',
        `async def _prepare() -> None:
    await init_db()
    await engine.dispose()


def prepare() -> None:
    thread = threading.Thread(target=lambda: asyncio.run(_prepare()))
    thread.start()
    thread.join()


`,
      ),
      change(LIBRARY.main, 'import engine, init_db\n', 'import engine, prepare\n'),
      change(LIBRARY.main, '    await init_db()\n', '    prepare()\n'),
    ],
    defect: [
      change(LIBRARY.database, '    await init_db()\n    await engine.dispose()\n', '    await init_db()\n'),
    ],
    shows: { check: 'routes', cause: /attached to a different loop|Event loop is closed/ },
    asks: ['GET /authors 200'],
  },
  {
    id: 'one-session-in-gather',
    title: 'one session is used by two tasks at the same time',
    backend: 'library',
    catalogue: 'py-gather-one-session',
    shape: [
      change(LIBRARY.authors, 'from fastapi import', 'import asyncio\n\nfrom fastapi import'),
      change(LIBRARY.authors, 'import get_session\n', 'import get_session, new_session\n'),
      authorRoute(`async def save(name: str) -> None:
    async with new_session() as session:
        session.add(Author(name=name))
        await session.commit()


@router.post("/{author_id}/pen-names", status_code=204)
async def add_pen_names(author_id: int, session: AsyncSession = Depends(get_session)):
    author = await found(session, author_id)
    await asyncio.gather(save(f"{author.name} I"), save(f"{author.name} II"))


`),
    ],
    defect: [
      change(
        LIBRARY.authors,
        'async def save(name: str) -> None:\n    async with new_session() as session:\n        session.add(Author(name=name))\n        await session.commit()\n',
        'async def save(name: str, session: AsyncSession) -> None:\n    session.add(Author(name=name))\n    await session.commit()\n',
      ),
      change(
        LIBRARY.authors,
        'save(f"{author.name} I"), save(f"{author.name} II")',
        'save(f"{author.name} I", session), save(f"{author.name} II", session)',
      ),
    ],
    shows: { check: 'writes', cause: /IllegalStateChangeError|already in progress/ },
    asks: [AUTHOR, 'POST /authors/1/pen-names 204'],
  },
  {
    id: 'task-outlives-its-session',
    title: 'a task that outlives the request uses a row whose session is closed',
    backend: 'library',
    catalogue: 'py-expire-on-commit-async',
    shape: [
      change(LIBRARY.books, 'from fastapi import', 'import asyncio\nimport logging\n\nfrom fastapi import'),
      change(LIBRARY.books, 'import get_session\n', 'import get_session, new_session\n'),
      before(LIBRARY.books, 'from sqlmodel import select\n', 'from sqlalchemy.orm import selectinload\n'),
      bookRoute(`running = set()


async def announce(book_id: int) -> None:
    await asyncio.sleep(0.2)
    async with new_session() as session:
        book = await session.get(Book, book_id, options=[selectinload(Book.author)])
        if book is not None:
            logging.getLogger("uvicorn").info("new: %s by %s", book.title, book.author.name)


`),
      change(
        LIBRARY.books,
        '"there is a book with this ISBN")\n    return book\n',
        '"there is a book with this ISBN")\n    task = asyncio.create_task(announce(book.id))\n    running.add(task)\n    task.add_done_callback(running.discard)\n    return book\n',
      ),
    ],
    defect: [
      change(
        LIBRARY.books,
        'async def announce(book_id: int) -> None:\n',
        'async def announce(book: Book) -> None:\n',
      ),
      change(
        LIBRARY.books,
        `    async with new_session() as session:
        book = await session.get(Book, book_id, options=[selectinload(Book.author)])
        if book is not None:
            logging.getLogger("uvicorn").info(`,
        '    logging.getLogger("uvicorn").info(',
      ),
      change(LIBRARY.books, 'announce(book.id)', 'announce(book)'),
    ],
    shows: { check: 'log', cause: /DetachedInstanceError/ },
    asks: [AUTHOR, BOOK, 'GET /health 200', '3x GET /books 200', 'log !~ DetachedInstanceError'],
  },
  {
    id: 'blocking-lock-in-loop',
    title: 'a second write transaction is opened while the first one is not ended',
    backend: 'tracker',
    shape: [
      change(TRACKER.projects, 'import get_session\n', 'import get_session, new_session\n'),
      change(
        TRACKER.projects,
        '    session.add(project)\n    await session.commit()\n',
        `    session.add(project)
    await session.commit()
    async with new_session() as other:
        other.add(Project(name=f"{body.name} (archive)"))
        await other.commit()
`,
      ),
    ],
    defect: [
      change(
        TRACKER.projects,
        `    session.add(project)
    await session.commit()
    async with new_session() as other:
        other.add(Project(name=f"{body.name} (archive)"))
        await other.commit()
`,
        `    session.add(project)
    await session.flush()
    async with new_session() as other:
        other.add(Project(name=f"{body.name} (archive)"))
        await other.commit()
    await session.commit()
`,
      ),
    ],
    shows: { check: 'writes', cause: /database is locked/ },
    asks: [PROJECT],
  },
];
