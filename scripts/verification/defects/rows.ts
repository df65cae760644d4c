import type { Defect } from '../defect.ts';
import {
  AUTHOR,
  before,
  change,
  LIBRARY,
  PRODUCT,
  PROJECT,
  projectRoute,
  reportRoute,
  SHOP,
  TRACKER,
} from '../edits.ts';

/** Results that are taken for something else. */
export const ROWS: Defect[] = [
  {
    id: 'row-by-name',
    title: 'a row is read like a dictionary',
    backend: 'shop',
    catalogue: 'py-row-access',
    shape: [
      reportRoute(`@router.get("/newest")
def newest(db: Session = Depends(get_db)) -> list[str]:
    rows = db.execute(text("SELECT name FROM products ORDER BY id DESC LIMIT 5"))
    return [row.name for row in rows]


`),
    ],
    defect: [change(SHOP.reports, '[row.name for row in rows]', '[row["name"] for row in rows]')],
    shows: { check: 'clients', cause: /tuple indices must be integers or slices, not str/ },
    asks: [PRODUCT, 'GET /reports/newest 200'],
  },
  {
    id: 'dict-of-row',
    title: 'a row is turned into a dictionary as if it were pairs',
    backend: 'tracker',
    catalogue: 'py-row-access',
    shape: [
      projectRoute(`@router.get("/table")
async def table(session: AsyncSession = Depends(get_session)) -> list[dict]:
    rows = await session.execute(select(Project.id, Project.name))
    return [dict(row._mapping) for row in rows]


`),
    ],
    defect: [change(TRACKER.projects, 'dict(row._mapping)', 'dict(row)')],
    shows: {
      check: 'clients',
      cause: /cannot convert dictionary update sequence|is not iterable|object is not iterable/,
    },
    asks: [PROJECT, 'GET /projects/table 200'],
  },
  {
    id: 'row-instead-of-entity',
    title: 'the rows of execute are taken for entities',
    backend: 'tracker',
    catalogue: 'py-row-access',
    shape: [
      projectRoute(`@router.get("/names")
async def names(session: AsyncSession = Depends(get_session)) -> list[str]:
    found = (await session.execute(select(Project))).scalars().all()
    return [project.name for project in found]


`),
    ],
    defect: [
      change(
        TRACKER.projects,
        '(await session.execute(select(Project))).scalars().all()',
        '(await session.execute(select(Project))).all()',
      ),
    ],
    shows: {
      check: 'clients',
      cause: /Could not locate column in row for column 'name'|has no attribute 'name'|AttributeError: name/,
    },
    asks: [PROJECT, 'GET /projects/names 200'],
  },
  {
    id: 'joined-without-unique',
    title: 'the result of a joined load of a collection is not made unique',
    backend: 'library',
    catalogue: 'py-unique-joined',
    shape: [
      before(LIBRARY.authors, 'from sqlmodel import select\n', 'from sqlalchemy.orm import joinedload\n'),
      before(
        LIBRARY.authors,
        '@router.get("/{author_id}", response_model=AuthorOut)\n',
        `@router.get("/catalogue")
async def catalogue(session: AsyncSession = Depends(get_session)) -> dict[str, int]:
    found = await session.exec(select(Author).options(joinedload(Author.books)))
    return {author.name: len(author.books) for author in found.unique().all()}


`,
      ),
    ],
    defect: [change(LIBRARY.authors, 'found.unique().all()', 'found.all()')],
    shows: { check: 'clients', cause: /The unique\(\) method must be invoked/ },
    asks: [AUTHOR, 'GET /authors/catalogue 200'],
  },
  {
    id: 'one-where-none-may-be',
    title: 'a row that may be missing is asked for with one',
    backend: 'tracker',
    shape: [
      change(
        TRACKER.tasks,
        '    task = await session.get(Task, task_id)\n',
        '    task = (await session.scalars(select(Task).where(Task.id == task_id))).one_or_none()\n',
      ),
    ],
    defect: [change(TRACKER.tasks, '.one_or_none()', '.one()')],
    shows: { check: 'routes', cause: /NoResultFound/ },
    asks: ['GET /tasks/999 404'],
  },
];
