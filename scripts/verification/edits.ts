import { type Change, change } from '../audit/row.ts';

export { change };

/** Puts text in front of what is in the file exactly once. */
export function before(file: string, anchor: string, text: string): Change {
  return change(file, anchor, text + anchor);
}

/** Puts text behind what is in the file exactly once. */
export function after(file: string, anchor: string, text: string): Change {
  return change(file, anchor, anchor + text);
}

export function create(file: string, text: string): Change {
  return { file, create: text };
}

/** Files of the backends, and places in them where routes and imports go. */
export const LIBRARY = {
  database: 'app/database.py',
  models: 'app/models.py',
  schemas: 'app/schemas.py',
  authors: 'app/routers/authors.py',
  books: 'app/routers/books.py',
  main: 'app/main.py',
} as const;

export const SHOP = {
  database: 'shop/database.py',
  models: 'shop/models.py',
  schemas: 'shop/schemas.py',
  customers: 'shop/routers/customers.py',
  products: 'shop/routers/products.py',
  orders: 'shop/routers/orders.py',
  reports: 'shop/routers/reports.py',
  main: 'shop/main.py',
  orderMigration: 'migrations/versions/0002_orders.py',
} as const;

export const TRACKER = {
  database: 'tracker/database.py',
  models: 'tracker/models.py',
  schemas: 'tracker/schemas.py',
  projects: 'tracker/projects.py',
  tasks: 'tracker/tasks.py',
  labels: 'tracker/labels.py',
  main: 'tracker/main.py',
} as const;

const LAST_AUTHOR_ROUTE = '@router.get("/{author_id}/books", response_model=list[BookOut])\n';
const FIRST_BOOK_ROUTE = '@router.get("", response_model=list[BookOut])\n';

/** A route more under /authors. */
export function authorRoute(text: string): Change {
  return before(LIBRARY.authors, LAST_AUTHOR_ROUTE, text);
}

/** A route more under /books, before the one that takes an id. */
export function bookRoute(text: string): Change {
  return before(LIBRARY.books, FIRST_BOOK_ROUTE, text);
}

/** A route more under /reports. */
export function reportRoute(text: string): Change {
  return before(SHOP.reports, '@router.get("/counts")\n', text);
}

/** A route more under /tasks, before the one that takes an id. */
export function taskRoute(text: string): Change {
  return before(TRACKER.tasks, '@router.get("", response_model=list[TaskOut])\n', text);
}

/** A route more under /projects, before the one that takes an id. */
export function projectRoute(text: string): Change {
  return before(TRACKER.projects, '@router.get("", response_model=list[ProjectOut])\n', text);
}

/** Requests that make one of each: see `by-hand.ts`. */
export const AUTHOR = 'POST /authors {"name":"Ann","country":"NO"} 201';
export const BOOK = 'POST /books {"title":"One","isbn":"111-1","price":"9.50","author_id":$1} 201';
export const CUSTOMER = 'POST /customers {"name":"Ida","email":"ida@example.com"} 201';
export const ORDER = 'POST /orders {"quantity":2,"customer_id":$1} 201';
export const PRODUCT = 'POST /products {"name":"Tea","price":"3.20"} 201';
export const PROJECT = 'POST /projects {"name":"Garden"} 201';
export const TASK = 'POST /tasks {"title":"Dig","project_id":$1} 201';
