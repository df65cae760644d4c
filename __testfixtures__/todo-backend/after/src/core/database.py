"""The one engine of the service, its sessions, and what the lifespan needs of them."""

import logging
from collections.abc import AsyncGenerator

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from .config import settings

log = logging.getLogger(__name__)

engine: AsyncEngine = create_async_engine(
    settings.DATABASE_URL,
    echo=False,
    future=True,
    pool_pre_ping=True,  # the database may have been restarted
    pool_size=5,
    max_overflow=10,
)

new_session = async_sessionmaker(
    engine,
    class_=AsyncSession,
    expire_on_commit=False,
)


async def init_db() -> None:
    """Make the tables that are not there yet."""
    from ..models import user  # noqa: F401  (its tables join the metadata)

    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    log.info("Database initialized successfully")


async def get_session() -> AsyncGenerator[AsyncSession, None]:
    """Give each request a session of its own; what it left open is rolled back.

    For example:
        async def whoami(session: AsyncSession = Depends(get_session)): ...
    """
    async with new_session() as session:
        try:
            yield session
        except Exception:
            await session.rollback()
            raise


async def close_db() -> None:
    """Give every connection back."""
    await engine.dispose()
    log.info("Database closed")
