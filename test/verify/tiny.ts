import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { VerifyInput, VerifyOptions } from '../../src/stages/verify.ts';
import { verify } from '../../src/stages/verify.ts';
import type { BackendFacts, Check, Verdict } from '../../src/types.ts';

/** A small asynchronous backend that is right in every row of the seed. Every test breaks a copy of it. */
export const SOUND: Record<string, string> = {
  'requirements.txt':
    'fastapi>=0.115\nuvicorn>=0.30\nsqlmodel>=0.0.22\nsqlalchemy[asyncio]>=2\nasyncpg>=0.29\naiosqlite\n',
  '.env': 'DATABASE_URL=postgresql+asyncpg://tiny:secret@db.internal:5433/tiny_db\n',
  'app/__init__.py': '',
  'app/settings.py': `import os
from pathlib import Path
for line in Path(".env").read_text().splitlines():
    name, _, value = line.partition("=")
    os.environ.setdefault(name, value)
DATABASE_URL = os.environ["DATABASE_URL"]
`,
  'app/database.py': `import logging
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from .settings import DATABASE_URL
engine = create_async_engine(DATABASE_URL)
new_session = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
async def init_db():
    from . import models  # noqa: F401
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    logging.getLogger(__name__).warning("Database initialized successfully")
async def close_db():
    await engine.dispose()
async def get_session():
    async with new_session() as session:
        yield session
`,
  'app/models.py': `from sqlmodel import Field, SQLModel
class Thing(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
`,
  'app/things.py': `from fastapi import APIRouter, Depends, HTTPException
from sqlmodel import select
from .database import get_session
from .models import Thing
router = APIRouter(tags=["things"])
@router.get("/")
async def every(session=Depends(get_session)):
    return (await session.exec(select(Thing))).all()
@router.get("/{thing_id}")
async def one(thing_id: int, session=Depends(get_session)):
    found = await session.get(Thing, thing_id)
    if found is None:
        raise HTTPException(404, "no such thing")
    return found
`,
  'app/main.py': `from contextlib import asynccontextmanager
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from .database import close_db, init_db
from .things import router
@asynccontextmanager
async def lifespan(app):
    await init_db()
    yield
    await close_db()
app = FastAPI(title="Tiny", lifespan=lifespan)
app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:3000"])
app.include_router(router, prefix="/things")
@app.get("/health")
async def health():
    return {"status": "healthy"}
if __name__ == "__main__":
    import uvicorn
    uvicorn.run("app.main:app", port=8123)
`,
};

export function factsOf(files: Record<string, string>, more: Partial<BackendFacts> = {}): BackendFacts {
  return {
    name: 'tiny',
    root: '',
    language: 'python',
    framework: 'fastapi',
    entry: {
      file: 'app/main.py',
      module: 'app.main',
      attribute: 'app',
      factory: false,
      cwd: '',
      pythonPath: [],
      source: 'derived',
      port: 8123,
    },
    manifests: ['requirements.txt'],
    settingsFiles: ['.env'],
    files: Object.keys(files).filter((name) => name.endsWith('.py')),
    mode: 'async',
    modeBecause: ['create_async_engine'],
    addresses: [
      {
        variable: 'DATABASE_URL',
        dialect: 'postgresql',
        driver: 'asyncpg',
        host: 'db.internal',
        port: 5433,
        database: 'tiny_db',
        user: 'tiny',
        place: { file: '.env', start: 0, end: 0 },
      },
    ],
    dependencies: [{ file: 'app/database.py', module: 'app.database', name: 'get_session', async: true }],
    metadata: [{ module: 'sqlmodel', expression: 'SQLModel.metadata' }],
    modelModules: ['app.models'],
    requires: {},
    requiredSettings: [],
    ...more,
  };
}

/** A text with one piece replaced; throws where the piece is not there, so that no test breaks nothing. */
export function replaced(file: string, from: string, to: string): Record<string, string> {
  const text = SOUND[file];
  if (!text?.includes(from)) throw new Error(`${file} has no ${from}`);
  return { [file]: text.replace(from, to) };
}

export interface Tried {
  verdict: Verdict;
  said: string[];
  check: (id: string) => Check;
}

/** Verifies `before` (laid over the sound backend) against `after` (likewise) for real; `written` runs just before. */
export async function tried(
  before: Record<string, string> | undefined,
  after: Record<string, string> = {},
  more: {
    facts?: Partial<BackendFacts>;
    options?: Partial<VerifyOptions>;
    repairs?: VerifyInput['repairs'];
  } = {},
  written: () => void = () => {},
): Promise<Tried> {
  const absoluteRoot = mkdtempSync(join(tmpdir(), 'tiny-'));
  const files = { ...SOUND, ...after };
  try {
    writeAll(absoluteRoot, files);
    written();
    const said: string[] = [];
    const verdict = await verify(
      {
        absoluteRoot,
        backend: factsOf({ ...files, ...before }, more.facts),
        ...(before ? { before: overlay(before, files) } : {}),
        ...(more.repairs ? { repairs: more.repairs } : {}),
        options: { sandbox: true, ...more.options },
      },
      ({ text }) => said.push(text),
    );
    return { verdict, said, check: (id) => found(verdict, id) };
  } finally {
    rmSync(absoluteRoot, { recursive: true, force: true });
  }
}

export function writeAll(absoluteRoot: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(absoluteRoot, name)), { recursive: true });
    writeFileSync(join(absoluteRoot, name), text);
  }
}

/** What a run would know of the untouched tree: the files that differ, and null for those that were not there. */
function overlay(before: Record<string, string>, after: Record<string, string>): Map<string, Buffer | null> {
  const earlier = { ...SOUND, ...before };
  const names = new Set([...Object.keys(earlier), ...Object.keys(after)]);
  const differing = [...names].filter((name) => earlier[name] !== after[name]);
  return new Map(
    differing.map((name) => [name, earlier[name] === undefined ? null : Buffer.from(earlier[name])]),
  );
}

function found(verdict: Verdict, id: string): Check {
  const check = verdict.checks.find((one) => one.id === id);
  if (!check) throw new Error(`there is no check ${id}`);
  return check;
}
