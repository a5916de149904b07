/** The colours that a file keeps by name. */
import { BRAND_COLORS } from "../../playground/app/sample/brand-colors.ts";
import { openHost } from "./strict-host.ts";

const ALPHA = { r: 1, g: 0, b: 0, a: 0.5 };

test("styles of one plain colour, then variables in their default modes, aliases followed, each colour once", async () => {
  const host = await openHost("");
  const { styles, variables, collections } = BRAND_COLORS;
  const [leaf, paper] = styles as [(typeof styles)[0], (typeof styles)[0]];
  const two = { ...leaf, id: "S:9,", name: "two paints", paints: [...leaf.paints, ...paper.paints] };
  const hidden = { ...leaf, id: "S:8,", name: "hidden", paints: [{ ...leaf.paints[0]!, visible: false }] };
  const first = variables[0]!;
  const value = (id: string, held: (typeof first.valuesByMode)[string]) => ({
    ...first,
    ...{ id, name: id, valuesByMode: { "1:0": held } },
  });
  const circle = [
    value("a", { type: "VARIABLE_ALIAS", id: "b" }),
    value("b", { type: "VARIABLE_ALIAS", id: "a" }),
    value("gone", { type: "VARIABLE_ALIAS", id: "nowhere" }),
    value("see-through", ALPHA),
  ];
  host.stage.scene.colors = { styles: [two, hidden, ...styles], variables: [...circle, ...variables], collections };
  expect((await host.call("read-palette", {})).colors).toEqual([
    { name: "Brand/Leaf", color: "#1f7a5c" },
    { name: "Brand/Paper", color: "#fffaf0" },
    { name: "see-through", color: "#ff0000" },
    { name: "accent", color: "#f2963f" },
    { name: "ink", color: "#1d232d" },
  ]);
  await host.close();
});

test("a file without any has none", async () => {
  const host = await openHost("");
  expect(await host.call("read-palette", {})).toEqual({ colors: [] });
  await host.close();
});
