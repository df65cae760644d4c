import { type Change, change } from './row.ts';

/** Texts of the healthy backend, and ways to break it that several rows share. */

export const DATABASE = 'src/core/database.py';
export const CONFIG = 'src/core/config.py';
export const MAIN = 'src/main.py';
export const REQUIREMENTS = 'requirements.txt';

export const ASYNC_IMPORT =
  'from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine\n';
export const SESSION_IMPORT = 'from sqlmodel.ext.asyncio.session import AsyncSession\n';
export const MODEL_IMPORT = 'from sqlmodel import SQLModel\n';
export const DRIVER = 'asyncpg>=0.29.0  # the async PostgreSQL driver that the database address names\n';
export const SCHEME = 'postgresql+asyncpg://';
const FACTORY = 'async_sessionmaker(\n    engine,\n    class_=AsyncSession,\n    expire_on_commit=False,\n)';
const ROUTER_IMPORT = 'from .api import auth  # noqa: E402\n\n';
const INCLUDE = 'app.include_router(auth.router, prefix="/api/auth", tags=["Authentication"])\n';

export const noEngineImport: Change[] = [
  change(DATABASE, ASYNC_IMPORT, 'from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker\n'),
];

export const wrongEngineHome: Change[] = [
  change(
    DATABASE,
    ASYNC_IMPORT,
    'from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine\n',
  ),
  change(DATABASE, SESSION_IMPORT, 'from sqlmodel.ext.asyncio.session import AsyncSession, AsyncEngine\n'),
];

export const syncDriver: Change[] = [change(REQUIREMENTS, DRIVER, 'psycopg2-binary>=2.9.9\n')];

export const syncFactory: Change[] = [
  change(
    DATABASE,
    ASYNC_IMPORT,
    'from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine\nfrom sqlalchemy.orm import sessionmaker\n',
  ),
  change(DATABASE, FACTORY, 'sessionmaker(\n    engine,\n    expire_on_commit=False,\n)'),
];

export const plainAddress: Change[] = [change('.env', SCHEME, 'postgresql://')];

export const noRouter: Change[] = [change(MAIN, ROUTER_IMPORT, ''), change(MAIN, INCLUDE, '')];

export const notIncluded: Change[] = [change(MAIN, INCLUDE, '')];
