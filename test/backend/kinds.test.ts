import { beforeAll, describe, expect, test } from 'vitest';
import type { Kind } from '../../src/backend/kinds/kind.ts';
import { kindOf } from '../../src/backend/kinds.ts';
import { loadPython, type Node } from '../../src/languages/python/tree.ts';
import { discover } from '../../src/stages/discover.ts';
import { memoryWorkspace } from '../memory-workspace.ts';

beforeAll(loadPython);

/** `coroutine of list of model User`, or `unknown`. */
function words(kind: Kind | undefined): string {
  if (!kind) return 'unknown';
  const named = /^(model|model-class|instance|class)$/.test(kind.what) ? ` ${kind.class?.name}` : '';
  const rows = kind.rows ? ` [${kind.rows.map(words).join(', ')}]` : '';
  const of = kind.of && !/factory$/.test(kind.what) ? ` of ${words(kind.of)}` : '';
  return `${kind.what}${named}${rows}${of}`;
}

/** What each expression is that stands alone on a line with a comment `#: what it is`, by the line. */
function check(files: Record<string, string>): void {
  const workspace = memoryWorkspace({ 'requirements.txt': 'fastapi\nsqlmodel\nsqlalchemy\n', ...files });
  const [backend] = discover(workspace);
  if (!backend) throw new Error('no backend');
  const told: string[] = [];
  const wanted: string[] = [];
  for (const path of Object.keys(files)) {
    const document = backend.pythonDocument(path);
    if (!document) continue;
    for (const comment of document.root.descendantsOfType('comment')) {
      const want = /^#: (.*)$/.exec(comment?.text ?? '')?.[1];
      const statement: Node | null | undefined = comment?.previousNamedSibling;
      if (want === undefined) continue;
      const expression = statement?.type === 'expression_statement' ? statement.namedChildren[0] : undefined;
      if (!expression || expression.endPosition.row !== comment?.startPosition.row)
        throw new Error(`${path}: nothing to look at before ${comment?.text}`);
      const line = `${path}:${(comment?.startPosition.row ?? 0) + 1} ${expression.text}: `;
      wanted.push(line + want);
      told.push(line + words(kindOf(backend, document, expression)));
    }
  }
  expect(wanted.length).toBeGreaterThan(0);
  expect(told).toEqual(wanted);
}

const MODELS = `
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    posts: Mapped[list["Post"]] = relationship(back_populates="author")


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author: Mapped["User"] = relationship(back_populates="posts")
`;

const DATABASE = `
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

engine = create_async_engine("sqlite+aiosqlite://")
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


async def get_session() -> AsyncGenerator[AsyncSession, None]:
    async with SessionLocal() as session:
        yield session


async def plain_session():
    async with SessionLocal() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]
`;

describe('what is known', () => {
  test('engines, factories and sessions', () =>
    check({
      'main.py': `
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

engine = create_engine("sqlite://")
later = create_async_engine("sqlite+aiosqlite://")
Local = sessionmaker(bind=engine)
Later = async_sessionmaker(later)
Meant = sessionmaker(bind=later)
Old = sessionmaker(later, class_=AsyncSession)
Scoped = scoped_session(sessionmaker(bind=engine))
engine  #: engine
later  #: async-engine
Local  #: session-factory
Later  #: async-session-factory
Meant  #: async-session-factory
Old  #: async-session-factory
Scoped  #: session
Local()  #: session
Later()  #: async-session
Old()  #: async-session
Scoped()  #: session
Session(engine)  #: session
AsyncSession(later)  #: async-session
engine.connect()  #: connection
engine.begin()  #: context of connection
later.connect()  #: async-context of async-connection
with engine.begin() as a, Local() as b, Local.begin() as c, engine.connect() as d:
    a  #: connection
    b  #: session
    c  #: session
    d  #: connection


async def main():
    async with later.begin() as a, Later() as b, Later.begin() as c, later.connect() as d:
        a  #: async-connection
        b  #: async-session
        c  #: async-session
        d  #: async-connection
        b.begin()  #: async-context of async-transaction
        await b.connection()  #: async-connection
    e = await later.connect()
    e  #: async-connection
`,
    }));

  test('dependencies, across modules, in every spelling', () =>
    check({
      'app/__init__.py': '',
      'app/db.py': DATABASE,
      'app/main.py': `
from typing import Annotated, Optional

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app import db
from app.db import SessionDep, get_session as provide, plain_session


async def a(session: SessionDep, other: Annotated[AsyncSession, Depends(provide)], third=Depends(plain_session)):
    session  #: async-session
    other  #: async-session
    third  #: async-session


async def b(session: "AsyncSession", other: Optional[AsyncSession] = None, third: AsyncSession | None = None):
    session  #: async-session
    other  #: async-session
    third  #: async-session


async def c(session: db.SessionDep, other: "Annotated[AsyncSession, 1]" = Depends(db.get_session)):
    session  #: async-session
    other  #: async-session
    async for each in provide():
        each  #: async-session
    async with db.SessionLocal() as own:
        own  #: async-session
`,
    }));

  test('results, rows and models', () =>
    check({
      'models.py': MODELS,
      'main.py': `
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import Post, User


def sync(session: Session):
    q = select(User).where(User.id == 1)
    q = q.order_by(User.id)
    q  #: statement [model User]
    result = session.execute(q)
    result  #: result [model User]
    result.scalars()  #: scalar-result of model User
    result.scalars().unique().all()  #: list of model User
    result = result.scalars().first()
    result  #: model User
    result.posts  #: list of model Post
    for post in result.posts:
        post.author  #: model User
    session.get(User, 1)  #: model User
    session.query(User).filter(User.id == 1).all()  #: list of model User
    session.query(User, Post).first()  #: row [model User, model Post]
    for user, post in session.execute(select(User, Post)):
        user  #: model User
        post  #: model Post
    row = session.execute(select(User.id, Post)).one()
    row[1]  #: model Post
    [each for each in session.scalars(q)]  #: list of model User
    User.posts  #: relationship of list of model Post
    User()  #: model User


async def later(session: AsyncSession):
    session.execute(select(User))  #: coroutine of result [model User]
    result = await session.execute(select(User))
    users = result.scalars().all()
    users  #: list of model User
    users[0]  #: model User
    (await session.execute(select(User))).scalar_one_or_none()  #: model User
    await session.get(User, 1)  #: model User
    session.commit()  #: coroutine of plain
    session.add(users[0])  #: plain
    async for each in await session.stream_scalars(select(User)):
        each  #: model User
`,
    }));

  test('attributes of self, with inheritance and callers', () =>
    check({
      'db.py': DATABASE,
      'repo.py': `
from sqlalchemy.ext.asyncio import AsyncSession


class Base:
    def __init__(self, session: AsyncSession):
        self.session = session
        self._other = None

    @property
    def db(self):
        return self.session

    def set(self):
        self._other = self.session


class Repo(Base):
    async def get(self):
        self.session  #: async-session
        self.db  #: async-session
        self._other  #: async-session
        super().db  #: async-session


class Untyped:
    def __init__(self, session):
        self.session = session

    async def get(self):
        self.session  #: async-session


async def helper(session):
    session  #: async-session


class Service:
    async def run(self, session):
        session  #: async-session

    @staticmethod
    async def load(session, *, other):
        other  #: async-session


class Grandchild(Untyped):
    def __init__(self, session):
        super().__init__(session)
        session  #: async-session
`,
      'main.py': `
from db import SessionDep
from repo import Grandchild, Repo, Service, Untyped, helper


async def route(session: SessionDep):
    Untyped(session).session  #: async-session
    Untyped(session=session)  #: instance Untyped
    repo = Repo(session)
    repo.session  #: async-session
    await helper(session)
    Grandchild(session)
    await Service().run(session)
    await Service.load(None, other=session)
`,
    }));

  test('context managers, generators and managers of sessions', () =>
    check({
      'main.py': `
import contextlib
from contextlib import asynccontextmanager, contextmanager
from typing import AsyncIterator, Callable, Iterator

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlmodel import Session, create_engine


@contextmanager
def scope():
    session = Session(create_engine("sqlite://"))
    try:
        yield session
    finally:
        session.close()


class Manager:
    def __init__(self):
        self._engine = create_async_engine("sqlite+aiosqlite://")
        self._factory = async_sessionmaker(self._engine)

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        async with self._factory() as session:
            yield session


manager = Manager()


def declared() -> Iterator[Session]: ...


async def get():
    async with manager.session() as session:
        yield session


async def main(make: Callable[[], AsyncSession]):
    scope()  #: context of session
    manager.session()  #: async-context of async-session
    get()  #: async-generator of async-session
    make()  #: async-session
    with scope() as one, contextlib.closing(Session(None)) as two:
        one  #: session
        two  #: session
    next(iter([one]))  #: session
`,
    }));

  test('a name has what was assigned last', () =>
    check({
      'models.py': MODELS,
      'main.py': `
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Post, User


def main(session: Session, other: bool, filters: list):
    x = session.execute(select(User))
    if other:
        x = x.scalars()
        x  #: scalar-result of model User
        x = x.all()
    else:
        x = session.query(User).all()
    x  #: list of model User
    for each in filters:
        x = session.get(Post, each)
        x  #: model Post
    q = select(User)
    for each in filters:
        q = q.where(each)
        q  #: statement [model User]
    q  #: statement [model User]
    try:
        y = session
    except ValueError:
        return
    y  #: session
    z = None
    with session as z:
        pass
    z  #: session
`,
    }));

  test('run_sync gives the synchronous session', () =>
    check({
      'main.py': `
from sqlalchemy.ext.asyncio import AsyncSession


def work(session):
    session  #: session


async def main(session: AsyncSession):
    await session.run_sync(work)
    session.sync_session  #: session
`,
    }));

  test('names that are imported from the wrong place are what their author meant', () =>
    check({
      'main.py': `
from sqlmodel import AsyncSession, create_async_engine

engine = create_async_engine("sqlite+aiosqlite://")
engine  #: async-engine


async def main(session: AsyncSession):
    session  #: async-session
`,
    }));
});

describe('what stays unknown', () => {
  test('names that only look like a session', () =>
    check({
      'main.py': `
import requests
from sqlalchemy.orm import Session


class AsyncSession:
    def execute(self): ...


def main(session, db, s: AsyncSession, requests_session: requests.Session):
    session  #: unknown
    db.execute  #: unknown
    s.execute()  #: unknown
    requests_session  #: unknown
    requests.Session()  #: unknown
    session = requests.Session()
    session.get("x")  #: unknown
    engine = make_engine()
    engine  #: unknown


def shadowed(Session):
    Session()  #: unknown
`,
    }));

  test('several things at once', () =>
    check({
      'main.py': `
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


def either(a: Session | AsyncSession, b: bool, c: Session, d: AsyncSession):
    a  #: unknown
    x = c
    if b:
        x = d
    x  #: unknown
    (c if b else d)  #: unknown
    (c or d)  #: unknown
    y = c
    for each in range(3):
        y  #: unknown
        y = d
    while b:
        z = c
        z  #: session
        z = d
    try:
        w = c
    except ValueError:
        w = d
    w  #: unknown
    declared: Session = d
    declared  #: unknown


def both(session):
    session  #: unknown


def calls(c: Session, d: AsyncSession):
    both(c)
    both(d)


def returns(b: bool, c: Session, d: AsyncSession):
    if b:
        return c
    return d


returns(True, None, None)  #: unknown
`,
    }));

  test('callers that cannot all be seen', () =>
    check({
      'main.py': `
import threading

from sqlalchemy.orm import Session


def handed_on(session):
    session  #: unknown


def unpacked(session):
    session  #: unknown


def decorated(f):
    return f


@decorated
def injected(session):
    session  #: unknown


class Repo:
    def __init__(self, session):
        self.session = session
        self.session  #: unknown


class Child(Repo):
    pass


def never_called(session):
    session  #: unknown


def main(session: Session, *args, **kwargs):
    handed_on(session)
    threading.Thread(target=handed_on)
    unpacked(*args)
    injected(session)
    Repo(session)
    Child(args[0])
    args  #: unknown
    kwargs  #: unknown
`,
    }));

  test('callers of a method behind what Python lets stand before its name', () =>
    check({
      'main.py': `
from sqlalchemy.orm import Session


class Repo:
    def behind_a_comment(self, session):
        session  #: session

    def behind_a_line_end(self, session):
        session  #: session


def main(session: Session):
    (Repo().  # a comment
        behind_a_comment(session))
    Repo(). \\
        behind_a_line_end(session)
    # The end.
    ${'#'.repeat(200)}
`,
    }));

  test('what cannot be followed', () =>
    check({
      'main.py': `
from functools import wraps

from elsewhere import Base, get_session, make
from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session


def transactional(f):
    @wraps(f)
    def inner(*args, **kwargs):
        return f(*args, **kwargs)

    return inner


@transactional
def decorated() -> Session:
    return Session()


class Repo(Base):
    def get(self):
        self.session  #: unknown

    def set(self):
        self.a, self.b = Session(), 1
        self.a  #: unknown


def main(session=Depends(get_session), other: Session = None, request=None, *, dep=Depends()):
    session  #: unknown
    decorated()  #: unknown
    make(Session)  #: unknown
    getattr(other, "execute")()  #: unknown
    request.app.state.engine  #: unknown
    other.no_such_method()  #: unknown
    other.execute(request).all()[0].name  #: unknown
    select(*request)  #: statement
    other.scalars(request.statement).first()  #: unknown
    dep  #: unknown
    globals()["session"]  #: unknown
    other.bind  #: unknown
    del other
    other  #: unknown
`,
    }));

  test('things that depend on themselves', () =>
    check({
      'main.py': `
from sqlalchemy import select
from sqlalchemy.orm import Session


def a():
    return b()


def b():
    return a()


a()  #: unknown


def loop(session: Session, n: int):
    x = session.execute(select(n))
    for each in range(n):
        x = x.scalars()
    x  #: unknown


def recursive(n, session=None):
    recursive(n - 1, session)
    session  #: unknown


class A:
    def __init__(self):
        self.x = self.y
        self.y = self.x
        self.x  #: unknown


c = d = None
c = d
d = c
c.execute  #: unknown
`,
    }));

  test('a base class of another package may have anything', () =>
    check({
      'main.py': `
from sqlmodel import SQLModel
from starlette.endpoints import HTTPEndpoint


class View(HTTPEndpoint):
    def get(self):
        self.session  #: unknown


class Schema(SQLModel):
    id: int


Schema()  #: instance Schema
Schema  #: class Schema
View().request  #: unknown
`,
    }));
});
