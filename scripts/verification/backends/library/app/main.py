from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.database import engine, init_db
from app.routers import authors, books


@asynccontextmanager
async def lifespan(app: FastAPI):
    await init_db()
    yield
    await engine.dispose()


app = FastAPI(title="Library", lifespan=lifespan)
app.include_router(authors.router)
app.include_router(books.router)


@app.get("/health")
async def health():
    return {"status": "healthy"}
