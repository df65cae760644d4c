from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import AsyncSession, text
from sqlmodel import Field, SQLModel, create_async_engine
from sqlalchemy.orm import async_sessionmaker

engine = create_async_engine("postgresql+asyncpg://postgres@localhost:5432/shop")
SessionLocal = async_sessionmaker(engine, class_=AsyncSession)


class Item(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def get_session():
    async with SessionLocal() as session:
        yield session


@app.get("/health")
async def health():
    async with SessionLocal() as session:
        return {"answer": await session.scalar(text("SELECT 1"))}
