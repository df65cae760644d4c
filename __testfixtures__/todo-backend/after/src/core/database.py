"""Database engine, session factory and FastAPI dependency."""

import logging
from typing import AsyncGenerator

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from .config import settings

logger = logging.getLogger(__name__)


# The engine owns the connection pool; the whole application
# shares this one.
engine: AsyncEngine = create_async_engine(
    settings.DATABASE_URL,
    echo=settings.ENVIRONMENT == "development",
    future=True,
    pool_pre_ping=True,
    pool_size=5,
    max_overflow=10,
)


async_session_maker = async_sessionmaker(
    engine,
    class_=AsyncSession,
    expire_on_commit=False,
)


async def init_db() -> None:
    """Create every table that the models declare.

    Called once, when the application starts.
    """
    from ..models import user  # noqa: F401  (registers the tables)

    try:
        async with engine.begin() as conn:
            await conn.execute(text("SELECT 1"))
            await conn.run_sync(SQLModel.metadata.create_all)
        logger.info("Database initialized successfully")
    except Exception as error:
        logger.error("Database initialization failed: %s", error)
        raise



async def get_session() -> AsyncGenerator[AsyncSession, None]:
    """Yield one session for a request.

    Commits when the request went well, rolls back when it raised.

    Usage:
        @router.get("/items")
        async def list_items(session: AsyncSession = Depends(get_session)):
            ...

    Yields:
        AsyncSession: an open session.
    """
    async with async_session_maker() as session:
        try:
            yield session
            await session.commit()
        except Exception:
            await session.rollback()
            raise


async def close_db() -> None:
    """Dispose of the connection pool."""
    await engine.dispose()
    logger.info("Database connections closed")
