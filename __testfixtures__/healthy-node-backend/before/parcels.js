import { db } from './db.js';

/** Not the function of TypeORM that has this name. */
export function getRepository(table) {
  return {
    findOne: (id) => db(table).where({ id }).first(),
    findByIds: (ids) => db(table).whereIn('id', ids),
    exist: async () => (await db(table).first()) !== undefined,
  };
}

/** Nor the callback of a driver: a model of our own. */
export const model = {
  findById: (id, callback) => getRepository('parcels').findOne(id).then((row) => callback(null, row), callback),
};
