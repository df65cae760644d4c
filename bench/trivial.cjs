// The least that a transform of jscodeshift can do: parse, look for one kind of node, print.
module.exports = (file, { jscodeshift }) => {
  const root = jscodeshift(file.source);
  root.find(jscodeshift.Identifier, { name: 'aNameThatNobodyUses' }).forEach(() => {});
  return root.toSource();
};
