import type { Defect } from '../defect.ts';
import {
  AUTHOR,
  BOOK,
  before,
  bookRoute,
  change,
  LIBRARY,
  PROJECT,
  projectRoute,
  TRACKER,
} from '../edits.ts';

const CREATE = '    session.add(author)\n    await session.commit()\n    return author\n';

/** What has to be awaited and is not, and the other way round. */
export const AWAITS: Defect[] = [
  {
    id: 'commit-not-awaited',
    title: 'the commit of a new row is not awaited',
    backend: 'library',
    catalogue: 'py-missing-await-db',
    shape: [
      change(
        LIBRARY.authors,
        CREATE,
        '    session.add(author)\n    await session.flush()\n    await session.commit()\n    return author\n',
      ),
    ],
    defect: [
      change(
        LIBRARY.authors,
        '    await session.flush()\n    await session.commit()\n',
        '    await session.flush()\n    session.commit()\n',
      ),
    ],
    shows: { check: 'log', cause: /coroutine 'AsyncSession\.commit' was never awaited/ },
    asks: [AUTHOR, 'GET /authors/$1 200'],
  },
  {
    id: 'update-commit-not-awaited',
    title: 'the commit of a change is not awaited',
    backend: 'tracker',
    catalogue: 'py-missing-await-db',
    defect: [
      change(
        TRACKER.projects,
        '    project.name = body.name\n    await session.commit()\n',
        '    project.name = body.name\n    session.commit()\n',
      ),
    ],
    shows: { check: 'log', cause: /coroutine 'AsyncSession\.commit' was never awaited/ },
    asks: [PROJECT, 'PUT /projects/1 {"name":"Roof"} 200', 'GET /projects/1 200 ~ Roof'],
  },
  {
    id: 'refresh-not-awaited',
    title: 'a refresh is not awaited, and the answer reads what is expired',
    backend: 'library',
    catalogue: 'py-missing-await-db',
    shape: [
      change(LIBRARY.database, ', class_=AsyncSession, expire_on_commit=False)', ', class_=AsyncSession)'),
      change(
        LIBRARY.authors,
        CREATE,
        '    session.add(author)\n    await session.commit()\n    await session.refresh(author)\n    return author\n',
      ),
      change(
        LIBRARY.authors,
        '        setattr(author, name, value)\n    await session.commit()\n',
        '        setattr(author, name, value)\n    await session.commit()\n    await session.refresh(author)\n',
      ),
      change(
        LIBRARY.books,
        '"there is a book with this ISBN")\n    return book\n',
        '"there is a book with this ISBN")\n    await session.refresh(book)\n    return book\n',
      ),
      change(
        LIBRARY.books,
        '        setattr(book, name, value)\n    await session.commit()\n',
        '        setattr(book, name, value)\n    await session.commit()\n    await session.refresh(book)\n',
      ),
    ],
    defect: [
      change(
        LIBRARY.books,
        '"there is a book with this ISBN")\n    await session.refresh(book)\n',
        '"there is a book with this ISBN")\n    session.refresh(book)\n',
      ),
    ],
    shows: { check: 'writes', cause: /MissingGreenlet|coroutine 'AsyncSession\.refresh' was never awaited/ },
    asks: [AUTHOR, BOOK],
  },
  {
    id: 'delete-not-awaited',
    title: 'a delete is not awaited and deletes nothing',
    backend: 'library',
    catalogue: 'py-missing-await-db',
    defect: [change(LIBRARY.authors, '    await session.delete(author)\n', '    session.delete(author)\n')],
    shows: { check: 'log', cause: /coroutine 'AsyncSession\.delete' was never awaited/ },
    asks: [AUTHOR, 'DELETE /authors/$1 204', 'GET /authors/$1 404'],
  },
  {
    id: 'flush-not-awaited',
    title: 'a flush is not awaited, and the next row needs the id that it would have given',
    backend: 'tracker',
    catalogue: 'py-missing-await-db',
    shape: [
      change(TRACKER.projects, 'import Project\n', 'import Project, Task\n'),
      change(
        TRACKER.projects,
        '    session.add(project)\n    await session.commit()\n',
        '    session.add(project)\n    await session.flush()\n    session.add(Task(title="Plan", project_id=project.id))\n    await session.commit()\n',
      ),
    ],
    defect: [change(TRACKER.projects, '    await session.flush()\n', '    session.flush()\n')],
    shows: {
      check: 'writes',
      cause: /NOT NULL constraint failed: tasks\.project_id|'AsyncSession\.flush' was never awaited/,
    },
    asks: [PROJECT],
  },
  {
    id: 'execute-not-awaited',
    title: 'a query is not awaited',
    backend: 'tracker',
    catalogue: 'py-missing-await-db',
    shape: [
      projectRoute(`@router.get("/search", response_model=list[ProjectOut])
async def search(name: str = "", session: AsyncSession = Depends(get_session)):
    rows = await session.execute(select(Project).where(Project.name.contains(name)))
    return rows.scalars().all()


`),
    ],
    defect: [change(TRACKER.projects, 'rows = await session.execute(', 'rows = session.execute(')],
    shows: { check: 'routes', cause: /'coroutine' object has no attribute 'scalars'/ },
    asks: ['GET /projects/search 200'],
  },
  {
    id: 'add-awaited',
    title: 'add is awaited, which returns nothing that can be',
    backend: 'library',
    catalogue: 'py-extra-await',
    defect: [change(LIBRARY.books, '    session.add(book)\n', '    await session.add(book)\n')],
    shows: { check: 'writes', cause: /NoneType.*await|await.*NoneType/ },
    asks: [AUTHOR, BOOK],
  },
  {
    id: 'set-up-not-awaited',
    title: 'the lifespan calls the set-up of the tables and does not await it',
    backend: 'library',
    catalogue: 'py-startup-coroutine-not-awaited',
    defect: [change(LIBRARY.main, '    await init_db()\n', '    init_db()\n')],
    shows: { check: 'tables', cause: /missing/ },
    asks: [AUTHOR],
  },
  {
    id: 'query-on-async-session',
    title: 'the Query of the synchronous session is called on an async one',
    backend: 'tracker',
    catalogue: 'py-query-on-asyncsession',
    shape: [
      projectRoute(`@router.get("/search", response_model=list[ProjectOut])
async def search(name: str = "", session: AsyncSession = Depends(get_session)):
    return (await session.scalars(select(Project).where(Project.name.contains(name)))).all()


`),
    ],
    defect: [
      change(
        TRACKER.projects,
        '(await session.scalars(select(Project).where(Project.name.contains(name)))).all()',
        'session.query(Project).filter(Project.name.contains(name)).all()',
      ),
    ],
    shows: { check: 'routes', cause: /'AsyncSession' object has no attribute 'query'/ },
    asks: ['GET /projects/search 200'],
  },
  {
    id: 'exec-on-sqlalchemys-session',
    title: "SQLModel's exec is called on SQLAlchemy's session",
    backend: 'library',
    catalogue: 'py-session-exec-on-sa-session',
    shape: [
      change(LIBRARY.books, 'import get_session\n', 'import engine, get_session\n'),
      bookRoute(`@router.get("/titles")
async def titles() -> list[str]:
    async with AsyncSession(engine) as session:
        return list((await session.exec(select(Book.title))).all())


`),
    ],
    defect: [
      before(
        LIBRARY.books,
        'from sqlmodel import select\n',
        'from sqlalchemy.ext.asyncio import AsyncSession as PlainSession\n',
      ),
      change(LIBRARY.books, 'async with AsyncSession(engine)', 'async with PlainSession(engine)'),
    ],
    shows: { check: 'routes', cause: /'AsyncSession' object has no attribute 'exec'/ },
    asks: ['GET /books/titles 200'],
  },
  {
    id: 'with-instead-of-async-with',
    title: 'a connection of an async engine is opened with a plain with',
    backend: 'tracker',
    catalogue: 'py-with-vs-async-with',
    shape: [
      change(TRACKER.projects, 'import get_session\n', 'import engine, get_session\n'),
      change(TRACKER.projects, 'from sqlalchemy import select\n', 'from sqlalchemy import func, select\n'),
      projectRoute(`@router.get("/count")
async def count() -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count(Project.id))) or 0


`),
    ],
    defect: [change(TRACKER.projects, '    async with engine.connect()', '    with engine.connect()')],
    shows: {
      check: 'routes',
      cause: /'AsyncConnection' object does not support the context manager protocol/,
    },
    asks: ['GET /projects/count 200'],
  },
];
