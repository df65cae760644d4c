import type { Defect } from '../defect.ts';
import {
  AUTHOR,
  bookRoute,
  change,
  LIBRARY,
  PROJECT,
  reportRoute,
  SHOP,
  TASK,
  TRACKER,
  taskRoute,
} from '../edits.ts';

/** Statements and rows that SQLAlchemy or the driver does not take. */
export const QUERIES: Defect[] = [
  {
    id: 'text-without-text',
    title: 'a statement is given as a plain text',
    backend: 'shop',
    catalogue: 'py-textual-sql',
    shape: [
      reportRoute(`@router.get("/number")
def number(db: Session = Depends(get_db)) -> int:
    return db.execute(text("SELECT count(*) FROM orders")).scalar_one()


`),
    ],
    defect: [change(SHOP.reports, 'text("SELECT count(*) FROM orders")', '"SELECT count(*) FROM orders"')],
    shows: { check: 'routes', cause: /should be explicitly declared as text/ },
    asks: ['GET /reports/number 200'],
  },
  {
    id: 'list-in-text',
    title: 'a list is given for one parameter of IN',
    backend: 'shop',
    catalogue: 'py-asyncpg-strict-types',
    shape: [
      change(
        SHOP.reports,
        'from sqlalchemy import func, select, text\n',
        'from sqlalchemy import bindparam, func, select, text\n',
      ),
      reportRoute(`@router.get("/some")
def some(db: Session = Depends(get_db)) -> list[str]:
    wanted = text("SELECT name FROM products WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
    return [row.name for row in db.execute(wanted, {"ids": [1, 2, 3]})]


`),
    ],
    defect: [
      change(SHOP.reports, '.bindparams(bindparam("ids", expanding=True))', ''),
      change(SHOP.reports, 'import bindparam, func, select, text\n', 'import func, select, text\n'),
    ],
    shows: { check: 'routes', cause: /syntax error at or near/ },
    asks: ['GET /reports/some 200'],
  },
  {
    id: 'two-statements-at-once',
    title: 'asyncpg gets two statements in one text',
    backend: 'library',
    catalogue: 'py-asyncpg-strict-types',
    shape: [
      change(
        LIBRARY.books,
        'from sqlmodel import select\n',
        'from sqlalchemy import text\nfrom sqlmodel import select\n',
      ),
      bookRoute(`@router.post("/tidy", status_code=204)
async def tidy(session: AsyncSession = Depends(get_session)):
    connection = await session.connection()
    for statement in ("UPDATE book SET title = trim(title)", "UPDATE author SET name = trim(name)"):
        await connection.execute(text(statement))
    await session.commit()


`),
    ],
    defect: [
      change(
        LIBRARY.books,
        '("UPDATE book SET title = trim(title)", "UPDATE author SET name = trim(name)")',
        '("UPDATE book SET title = trim(title); UPDATE author SET name = trim(name)",)',
      ),
    ],
    shows: { check: 'writes', cause: /cannot insert multiple commands into a prepared statement/ },
    asks: ['POST /books/tidy 204'],
  },
  {
    id: 'filter-after-limit',
    title: 'a filter is added to a query that has its limit already',
    backend: 'shop',
    shape: [
      reportRoute(`@router.get("/cheapest", response_model=list[str])
def cheapest(below: int = 100, db: Session = Depends(get_db)):
    found = db.query(Product).filter(Product.price < below).order_by(Product.price).limit(5)
    return [product.name for product in found]


`),
      change(SHOP.reports, 'import Customer, Order\n', 'import Customer, Order, Product\n'),
    ],
    defect: [
      change(
        SHOP.reports,
        'db.query(Product).filter(Product.price < below).order_by(Product.price).limit(5)',
        'db.query(Product).order_by(Product.price).limit(5).filter(Product.price < below)',
      ),
    ],
    shows: { check: 'routes', cause: /already has LIMIT or OFFSET applied/ },
    asks: ['GET /reports/cheapest 200'],
  },
  {
    id: 'sort-column-unknown',
    title: 'the default of the sort parameter names a column that does not exist',
    backend: 'library',
    shape: [
      change(
        LIBRARY.books,
        'from sqlmodel import select\n',
        'from sqlalchemy import text\nfrom sqlmodel import select\n',
      ),
      bookRoute(`@router.get("/sorted", response_model=list[BookOut])
async def sorted_books(sort: str = "added_at", session: AsyncSession = Depends(get_session)):
    if sort not in ("added_at", "created", "title"):
        raise HTTPException(422, "no such column")
    return (await session.exec(select(Book).order_by(text(sort)))).all()


`),
    ],
    defect: [change(LIBRARY.books, 'sort: str = "added_at"', 'sort: str = "created"')],
    shows: { check: 'routes', cause: /column "created" does not exist/ },
    asks: ['GET /books/sorted 200'],
  },
  {
    id: 'distinct-on-other-order',
    title: 'DISTINCT ON does not begin like the ORDER BY',
    backend: 'library',
    shape: [
      bookRoute(`@router.get("/latest", response_model=list[BookOut])
async def latest(session: AsyncSession = Depends(get_session)):
    wanted = select(Book).distinct(Book.author_id).order_by(Book.author_id, Book.added_at.desc())
    return (await session.exec(wanted)).all()


`),
    ],
    defect: [
      change(
        LIBRARY.books,
        '.order_by(Book.author_id, Book.added_at.desc())',
        '.order_by(Book.added_at.desc())',
      ),
    ],
    shows: {
      check: 'routes',
      cause: /SELECT DISTINCT ON expressions must match initial ORDER BY expressions/,
    },
    asks: ['GET /books/latest 200'],
  },
  {
    id: 'first-page-skipped',
    title: 'the offset of the first page is that of the second',
    backend: 'library',
    shape: [
      change(
        LIBRARY.authors,
        'async def list_authors(session: AsyncSession = Depends(get_session)):\n    return (await session.exec(select(Author).order_by(Author.id))).all()\n',
        'async def list_authors(page: int = 1, size: int = 50, session: AsyncSession = Depends(get_session)):\n    wanted = select(Author).order_by(Author.id.desc()).offset((max(page, 1) - 1) * size).limit(size)\n    return (await session.exec(wanted)).all()\n',
      ),
    ],
    defect: [change(LIBRARY.authors, '.offset((max(page, 1) - 1) * size)', '.offset(max(page, 1) * size)')],
    shows: { check: 'writes', cause: /authors/ },
    asks: [AUTHOR, 'GET /authors 200 ~ Ann'],
  },
  {
    id: 'cartesian-product',
    title: 'two tables are selected without a join',
    backend: 'tracker',
    shape: [
      taskRoute(`@router.get("/overview")
async def overview(session: AsyncSession = Depends(get_session)) -> list[str]:
    rows = await session.execute(select(Task.title, Project.name).join(Task.project))
    return [f"{row.name}: {row.title}" for row in rows]


`),
    ],
    defect: [
      change(
        TRACKER.tasks,
        'select(Task.title, Project.name).join(Task.project)',
        'select(Task.title, Project.name)',
      ),
    ],
    shows: { check: 'log', cause: /cartesian product/ },
    asks: [PROJECT, TASK, 'POST /projects {"name":"Roof"} 201', 'GET /tasks/overview 200 !~ Roof'],
  },
];
