from contextlib import asynccontextmanager

from fastapi import FastAPI

from shop.database import engine
from shop.routers import customers, orders, products, reports


@asynccontextmanager
async def lifespan(app: FastAPI):
    yield
    engine.dispose()


app = FastAPI(title="Shop", lifespan=lifespan)
for module in (customers, products, orders, reports):
    app.include_router(module.router)


@app.get("/health")
def health():
    return {"status": "healthy"}
