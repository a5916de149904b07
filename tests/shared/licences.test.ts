import { CATALOGUE } from "../../companion/library/catalogue.ts";
import { type CommercialUse, commercialUseOf, licenceMeaning } from "../../shared/licences.ts";

test.each(CATALOGUE)("commercialUseOf() agrees with the catalogue about $repo", ({ licence, commercialUse }) => {
  expect(commercialUseOf(licence)).toBe(commercialUse);
});

test.each<[string, CommercialUse | undefined]>([
  ["apache-2.0", "allowed"],
  ["MIT", "allowed"],
  ["creativeml-openrail-m", "allowed"],
  ["cc-by-4.0", "allowed"],
  ["cc-by-nc-4.0", "forbidden"],
  ["flux-1-dev-non-commercial-license", "forbidden"],
  ["stabilityai-ai-community", "limited"],
  ["Pictures made with it may be sold, says its Civitai record.", "allowed"],
  ["No commercial use but in services that draw for others, says its Civitai record.", "forbidden"],
  ["No commercial use, says its Civitai record.", "forbidden"],
  ["ask me", undefined],
  ["", undefined],
])("commercialUseOf() of %j", (licence, use) => {
  expect(commercialUseOf(licence)).toBe(use);
});

test("licenceMeaning() leaves what is said in words", () => {
  const own = "Free for any use, commercial use too (MIT). Trained on icons.";
  expect([licenceMeaning(own), commercialUseOf(own)]).toEqual([undefined, "allowed"]);
});
