/** findAll and its kin: they take functions, so they run inside the VM. */
interface Node {
  readonly type: string;
  readonly children: readonly Node[];
  getPluginDataKeys(): readonly string[];
}
/** Of `types` where they are given, with one of the keys where `pluginData` is (without keys: with any). */
interface Criteria {
  readonly types?: readonly string[];
  readonly pluginData?: { readonly keys?: readonly string[] };
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
  findAllWithCriteria: (node: Node, { types, pluginData, ...rest }: Criteria) => {
    const [other] = Object.keys(rest);
    if (other !== undefined) throw new Error(`not available in the playground: findAllWithCriteria by ${other}`);
    const { keys } = pluginData ?? {};
    const holds = (one: Node) => one.getPluginDataKeys().some((key) => keys === undefined || keys.includes(key));
    return findAll(
      node,
      (one) => (types === undefined || types.includes(one.type)) && (pluginData === undefined || holds(one)),
    );
  },
} as unknown as Record<string, (...args: unknown[]) => unknown>;
