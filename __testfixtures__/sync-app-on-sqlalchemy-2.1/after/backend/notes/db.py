from collections.abc import Iterator

from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from notes.settings import get_settings

settings = get_settings()

engine = create_engine(make_url(settings.database_url).set(drivername="postgresql+psycopg2"), echo=settings.sql_echo, pool_size=5, max_overflow=5)
SessionFactory = sessionmaker(bind=engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


def get_session() -> Iterator[Session]:
    with SessionFactory() as session:
        yield session
