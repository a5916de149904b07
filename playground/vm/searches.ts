/** findAll and its kin: they take functions, so they run inside the VM. */
interface Node {
  readonly type: string;
  readonly children: readonly Node[];
}
type Test = (node: Node) => boolean;
const everything: Test = () => true;

const isParent = (node: Node) => "children" in node;

function findAll(node: Node, test: Test = everything): Node[] {
  return node.children.flatMap((child) => [
    ...(test(child) ? [child] : []),
    ...(isParent(child) ? findAll(child, test) : []),
  ]);
}

function findOne(node: Node, test: Test): Node | null {
  for (const child of node.children) {
    if (test(child)) return child;
    const inner = isParent(child) ? findOne(child, test) : null;
    if (inner !== null) return inner;
  }
  return null;
}

export const searches = {
  findAll,
  findOne,
  findChildren: (node: Node, test: Test = everything) => node.children.filter(test),
  findChild: (node: Node, test: Test) => node.children.find(test) ?? null,
  findAllWithCriteria: (node: Node, { types, ...rest }: { types: string[] }) => {
    const [other] = Object.keys(rest);
    if (other !== undefined) throw new Error(`not available in the playground: findAllWithCriteria by ${other}`);
    return findAll(node, (one) => types.includes(one.type));
  },
} as unknown as Record<string, (...args: unknown[]) => unknown>;
