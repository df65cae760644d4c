export function label(order) {
  return `${order.id}: ${order.item}`;
}
