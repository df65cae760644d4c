import os

from fastapi import FastAPI
from sqlalchemy import AsyncSession
from sqlmodel import create_async_engine
from sqlalchemy.orm import async_sessionmaker

engine = create_async_engine(os.environ["DATABASE_URL"])
SessionLocal = async_sessionmaker(engine, class_=AsyncSession)
app = FastAPI()
