/** The schedulers: diffusers' classes, and the names that a request uses. A new one adds its file and its lines here. */
import type { SchedulerName } from "../../shared/request.ts";
import type { Method } from "./method.ts";
import { ddim } from "./methods/ddim.ts";
import { ddpm } from "./methods/ddpm.ts";
import { deis } from "./methods/deis.ts";
import { dpmMultistep } from "./methods/dpm-multistep.ts";
import { dpmSde } from "./methods/dpm-sde.ts";
import { dpmSinglestep } from "./methods/dpm-singlestep.ts";
import { dpm2, dpm2Ancestral, dpmpp2sAncestral } from "./methods/dpm2.ts";
import { euler } from "./methods/euler.ts";
import { eulerAncestral } from "./methods/euler-ancestral.ts";
import { flowMatchEuler } from "./methods/flow-match-euler.ts";
import { heun } from "./methods/heun.ts";
import { lcm } from "./methods/lcm.ts";
import { lms } from "./methods/lms.ts";
import { pndm } from "./methods/pndm.ts";
import { tcd } from "./methods/tcd.ts";
import { unipc } from "./methods/unipc.ts";
import type { PredictionSettings } from "./prediction.ts";

type AnyMethod = Method<PredictionSettings & Readonly<Record<string, unknown>>>;

/** By diffusers' class name. Settings are checked against a method's own defaults before it sees them. */
export const METHODS: ReadonlyMap<string, AnyMethod> = new Map(
  [
    ...[
      ddim,
      ddpm,
      deis,
      dpm2,
      dpm2Ancestral,
      dpmpp2sAncestral,
      dpmMultistep,
      dpmSde,
      dpmSinglestep,
      euler,
      eulerAncestral,
    ],
    ...[flowMatchEuler, heun, lcm, lms, pndm, tcd, unipc],
  ].map((method) => [method.className, method as unknown as AnyMethod]),
);

/** The class behind each name, and the settings that make it what the name says. */
export const NAMED_SCHEDULERS: Readonly<
  Record<SchedulerName, { readonly className: string; readonly settings: Readonly<Record<string, unknown>> }>
> = {
  ddim: { className: ddim.className, settings: {} },
  euler: { className: euler.className, settings: {} },
  euler_ancestral: { className: eulerAncestral.className, settings: {} },
  heun: { className: heun.className, settings: {} },
  dpmpp_2m: { className: dpmMultistep.className, settings: { algorithm_type: "dpmsolver++" } },
  dpmpp_2m_sde: { className: dpmMultistep.className, settings: { algorithm_type: "sde-dpmsolver++" } },
  unipc: { className: unipc.className, settings: {} },
  lcm: { className: lcm.className, settings: {} },
  pndm: { className: pndm.className, settings: {} },
  lms: { className: lms.className, settings: {} },
  dpm2: { className: dpm2.className, settings: {} },
  dpm2_ancestral: { className: dpm2Ancestral.className, settings: {} },
  dpmpp_2s_ancestral: { className: dpmpp2sAncestral.className, settings: {} },
  dpmpp_2s: { className: dpmSinglestep.className, settings: { algorithm_type: "dpmsolver++" } },
  dpmpp_sde: { className: dpmSinglestep.className, settings: { algorithm_type: "sde-dpmsolver++" } },
  dpmpp_sde_brownian: { className: dpmSde.className, settings: {} },
  dpmpp_3m_sde: { className: dpmMultistep.className, settings: { algorithm_type: "sde-dpmsolver++", solver_order: 3 } },
  deis: { className: deis.className, settings: {} },
  tcd: { className: tcd.className, settings: {} },
  ddpm: { className: ddpm.className, settings: {} },
};
