import type { Defect } from '../defect.ts';
import {
  AUTHOR,
  BOOK,
  CUSTOMER,
  change,
  LIBRARY,
  ORDER,
  PRODUCT,
  PROJECT,
  SHOP,
  TASK,
  TRACKER,
} from '../edits.ts';

/** What is written and not kept, and what the database refuses. */
export const TRANSACTIONS: Defect[] = [
  {
    id: 'create-without-commit',
    title: 'a new row is flushed and never committed',
    backend: 'shop',
    shape: [
      change(
        SHOP.products,
        '    db.add(product)\n    db.commit()\n',
        '    db.add(product)\n    db.flush()\n    db.commit()\n',
      ),
    ],
    defect: [change(SHOP.products, '    db.flush()\n    db.commit()\n', '    db.flush()\n')],
    shows: { check: 'writes', cause: /products/ },
    asks: [PRODUCT, 'GET /products/$1 200'],
  },
  {
    id: 'update-without-commit',
    title: 'a change is answered and never committed',
    backend: 'library',
    defect: [
      change(
        LIBRARY.authors,
        '        setattr(author, name, value)\n    await session.commit()\n',
        '        setattr(author, name, value)\n',
      ),
    ],
    shows: { check: 'writes', cause: /authors/ },
    asks: [AUTHOR, 'PATCH /authors/1 {"name":"Eve"} 200 ~ Eve', 'GET /authors/1 200 ~ Eve'],
  },
  {
    id: 'delete-without-commit',
    title: 'a delete is answered and never committed',
    backend: 'shop',
    defect: [change(SHOP.orders, '    db.delete(order)\n    db.commit()\n', '    db.delete(order)\n')],
    shows: { check: 'writes', cause: /orders/ },
    asks: [CUSTOMER, ORDER, 'DELETE /orders/1 204', 'GET /orders/1 404'],
  },
  {
    id: 'connect-without-commit',
    title: 'a connection of the engine writes and is closed without a commit',
    backend: 'shop',
    catalogue: 'py-core-no-autocommit',
    shape: [
      change(SHOP.products, 'from sqlalchemy import select\n', 'from sqlalchemy import insert, select\n'),
      change(SHOP.products, 'import get_db\n', 'import engine, get_db\n'),
      change(
        SHOP.products,
        `def create_product(body: ProductIn, db: Session = Depends(get_db)):
    product = Product(**body.model_dump())
    db.add(product)
    db.commit()
    return product
`,
        `def create_product(body: ProductIn):
    with engine.begin() as connection:
        values = {**body.model_dump(), "tags": {}}
        return connection.execute(insert(Product).values(**values).returning(Product)).one()._mapping
`,
      ),
    ],
    defect: [change(SHOP.products, 'with engine.begin() as', 'with engine.connect() as')],
    shows: { check: 'writes', cause: /products/ },
    asks: [PRODUCT, 'GET /products/$1 200'],
  },
  {
    id: 'statement-update-without-commit',
    title: 'an UPDATE through the session is never committed',
    backend: 'tracker',
    shape: [
      change(TRACKER.projects, 'from sqlalchemy import select\n', 'from sqlalchemy import select, update\n'),
      change(
        TRACKER.projects,
        '    project.name = body.name\n    await session.commit()\n    return project\n',
        `    await session.execute(update(Project).where(Project.id == project_id).values(name=body.name))
    await session.commit()
    await session.refresh(project)
    return project
`,
      ),
    ],
    defect: [
      change(
        TRACKER.projects,
        '.values(name=body.name))\n    await session.commit()\n',
        '.values(name=body.name))\n',
      ),
    ],
    shows: { check: 'writes', cause: /projects/ },
    asks: [PROJECT, 'PUT /projects/1 {"name":"Roof"} 200 ~ Roof', 'GET /projects/1 200 ~ Roof'],
  },
  {
    id: 'unique-not-handled',
    title: 'a second row with the same unique value ends in an error of the server',
    backend: 'tracker',
    defect: [
      change(
        TRACKER.labels,
        '    try:\n        await session.commit()\n    except IntegrityError:\n        await session.rollback()\n        raise HTTPException(409, "there is a label with this name")\n',
        '    await session.commit()\n',
      ),
    ],
    shows: { check: 'writes', cause: /UNIQUE constraint failed: labels\.name/ },
    asks: ['POST /labels {"name":"late"} 201', 'POST /labels {"name":"late"} 409'],
  },
  {
    id: 'no-rollback-after-error',
    title: 'the session is used again after a failed commit, without a rollback',
    backend: 'library',
    shape: [
      change(
        LIBRARY.books,
        '        await session.rollback()\n        raise HTTPException(409, "there is a book with this ISBN")\n',
        `        await session.rollback()
        there = (await session.exec(select(Book).where(Book.isbn == body.isbn))).one()
        raise HTTPException(409, f"the ISBN is that of {there.title}")
`,
      ),
    ],
    defect: [change(LIBRARY.books, '        await session.rollback()\n        there =', '        there =')],
    shows: { check: 'writes', cause: /PendingRollbackError|rolled back due to a previous exception/ },
    asks: [AUTHOR, BOOK, 'POST /books {"title":"Two","isbn":"111-1","price":"9.50","author_id":$1} 409'],
  },
  {
    id: 'children-on-delete',
    title: 'a row cannot be deleted while others point to it, and nothing says what becomes of them',
    backend: 'library',
    defect: [
      change(
        LIBRARY.models,
        'Relationship(back_populates="author", cascade_delete=True)',
        'Relationship(back_populates="author")',
      ),
    ],
    shows: {
      check: 'writes',
      cause: /null value in column "author_id"|violates (not-null|foreign key) constraint/,
    },
    asks: [AUTHOR, BOOK, 'DELETE /authors/1 204'],
  },
  {
    id: 'foreign-key-on-delete',
    title: 'a DELETE statement passes by the cascade of the relationship',
    backend: 'shop',
    shape: [
      change(SHOP.customers, 'from sqlalchemy import select\n', 'from sqlalchemy import delete, select\n'),
      change(SHOP.customers, 'import Customer\n', 'import Customer, Order\n'),
      change(
        SHOP.customers,
        '    customer = found(db, customer_id)\n    db.delete(customer)\n    db.commit()\n',
        '    found(db, customer_id)\n    db.execute(delete(Order).where(Order.customer_id == customer_id))\n    db.execute(delete(Customer).where(Customer.id == customer_id))\n    db.commit()\n',
      ),
    ],
    defect: [
      change(SHOP.customers, '    db.execute(delete(Order).where(Order.customer_id == customer_id))\n', ''),
    ],
    shows: { check: 'writes', cause: /violates foreign key constraint/ },
    asks: [CUSTOMER, ORDER, 'DELETE /customers/1 204'],
  },
  {
    id: 'orphans-left',
    title: 'SQLite enforces no foreign keys, and what is left without its parent breaks the list',
    backend: 'tracker',
    shape: [
      change(TRACKER.projects, 'from sqlalchemy import select\n', 'from sqlalchemy import delete, select\n'),
      change(TRACKER.projects, 'import Project\n', 'import Project, Task\n'),
      change(
        TRACKER.projects,
        '    project = await found(session, project_id)\n    await session.delete(project)\n',
        '    await found(session, project_id)\n    await session.execute(delete(Task).where(Task.project_id == project_id))\n    await session.execute(delete(Project).where(Project.id == project_id))\n',
      ),
      change(
        TRACKER.database,
        '    connection.execute("PRAGMA foreign_keys=ON")\n',
        '    connection.execute("PRAGMA foreign_keys=OFF")\n',
      ),
      change(
        TRACKER.models,
        'Mapped[Project] = relationship(back_populates="tasks")',
        'Mapped[Project] = relationship(back_populates="tasks", lazy="joined")',
      ),
      change(
        TRACKER.tasks,
        '@router.get("", response_model=list[TaskOut])\nasync def list_tasks(session: AsyncSession = Depends(get_session)):\n    return (await session.scalars(select(Task).order_by(Task.id))).all()\n',
        '@router.get("")\nasync def list_tasks(session: AsyncSession = Depends(get_session)) -> list[dict]:\n    tasks = await session.scalars(select(Task).order_by(Task.id))\n    return [{"id": one.id, "title": one.title, "project": one.project.name} for one in tasks]\n',
      ),
    ],
    defect: [
      change(
        TRACKER.projects,
        '    await session.execute(delete(Task).where(Task.project_id == project_id))\n',
        '',
      ),
    ],
    shows: { check: 'writes', cause: /'NoneType' object has no attribute 'name'/ },
    asks: [PROJECT, TASK, 'GET /tasks 200 ~ Garden', 'DELETE /projects/1 204', 'GET /tasks 200'],
  },
  {
    id: 'flushed-too-early',
    title: 'a query flushes a row that is not complete yet',
    backend: 'shop',
    shape: [
      change(SHOP.orders, 'from sqlalchemy import select\n', 'from sqlalchemy import func, select\n'),
      change(
        SHOP.orders,
        '    order = Order(**body.model_dump())\n    db.add(order)\n    db.commit()\n',
        `    order = Order(quantity=body.quantity, status=body.status)
    number = db.scalar(select(func.count(Order.id)).where(Order.customer_id == body.customer_id))
    order.customer_id = body.customer_id if number < 1000 else 0
    db.add(order)
    db.commit()
`,
      ),
    ],
    defect: [
      change(SHOP.orders, '    db.add(order)\n    db.commit()\n', '    db.commit()\n'),
      change(SHOP.orders, 'status=body.status)\n', 'status=body.status)\n    db.add(order)\n'),
    ],
    shows: {
      check: 'writes',
      cause: /raised as a result of Query-invoked autoflush|null value in column "customer_id"/,
    },
    asks: [CUSTOMER, ORDER],
  },
  {
    id: 'no-autoflush-duplicate',
    title: 'autoflush is off, so that a query does not see what was added before it',
    backend: 'tracker',
    shape: [
      change(TRACKER.projects, 'import Project\n', 'import Label, Project\n'),
      change(
        TRACKER.projects,
        '    session.add(project)\n    await session.commit()\n',
        `    session.add(project)
    for name in ("new", "new"):
        if await session.scalar(select(Label.id).where(Label.name == name)) is None:
            session.add(Label(name=name))
    await session.commit()
`,
      ),
    ],
    defect: [
      change(
        TRACKER.database,
        '(engine, expire_on_commit=False)',
        '(engine, expire_on_commit=False, autoflush=False)',
      ),
    ],
    shows: { check: 'writes', cause: /UNIQUE constraint failed: labels\.name/ },
    asks: [PROJECT],
  },
  {
    id: 'row-of-another-session',
    title: 'a row that one session has loaded is added to another',
    backend: 'shop',
    shape: [
      change(SHOP.orders, 'import get_db\n', 'import SessionLocal, get_db\n'),
      change(
        SHOP.orders,
        '    order = Order(**body.model_dump())\n    db.add(order)\n',
        `    customer = db.get(Customer, body.customer_id)
    order = Order(quantity=body.quantity, status=body.status, customer=customer)
    db.add(order)
`,
      ),
    ],
    defect: [
      change(
        SHOP.orders,
        '    customer = db.get(Customer, body.customer_id)\n    order',
        '    other = SessionLocal()\n    customer = other.get(Customer, body.customer_id)\n    order',
      ),
    ],
    shows: { check: 'writes', cause: /already attached to session/ },
    asks: [CUSTOMER, ORDER],
  },
];
