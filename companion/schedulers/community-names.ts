/** The names that people know from A1111 and ComfyUI, and what they are here. */
import type { SchedulerChoice } from "../../shared/request.ts";

const karras = { use_karras_sigmas: true };
const exponential = { use_exponential_sigmas: true };
const beta = { use_beta_sigmas: true };
const sgmUniform = { timestep_spacing: "sgm_uniform" };
const trailing = { timestep_spacing: "trailing" };

/** In the order in which a menu shows them. */
export const COMMUNITY_NAMES: Readonly<Record<string, SchedulerChoice>> = {
  "DPM++ 2M": { name: "dpmpp_2m" },
  "DPM++ 2M Karras": { name: "dpmpp_2m", ...karras },
  "DPM++ 2M Exponential": { name: "dpmpp_2m", ...exponential },
  "DPM++ 2M Beta": { name: "dpmpp_2m", ...beta },
  "DPM++ 2M SGM Uniform": { name: "dpmpp_2m", ...sgmUniform },
  "DPM++ 2M AYS": { name: "dpmpp_2m", use_ays_sigmas: "sd1" },
  "DPM++ 2M AYS SDXL": { name: "dpmpp_2m", use_ays_sigmas: "sdxl" },
  "DPM++ 2M SDE": { name: "dpmpp_2m_sde" },
  "DPM++ 2M SDE Karras": { name: "dpmpp_2m_sde", ...karras },
  "DPM++ 2M SDE Heun": { name: "dpmpp_2m_sde", solver_type: "heun" },
  "DPM++ 3M SDE": { name: "dpmpp_3m_sde" },
  "DPM++ 3M SDE Karras": { name: "dpmpp_3m_sde", ...karras },
  "DPM++ 3M SDE Exponential": { name: "dpmpp_3m_sde", ...exponential },
  "DPM++ SDE": { name: "dpmpp_sde" },
  "DPM++ SDE Karras": { name: "dpmpp_sde", ...karras },
  "DPM++ 2S a": { name: "dpmpp_2s_ancestral" },
  "DPM++ 2S a Karras": { name: "dpmpp_2s_ancestral", ...karras },
  "DPM++ 2S": { name: "dpmpp_2s" },
  "DPM++ 2S Karras": { name: "dpmpp_2s", ...karras },
  Euler: { name: "euler" },
  "Euler Karras": { name: "euler", ...karras },
  "Euler Beta": { name: "euler", ...beta },
  "Euler SGM Uniform": { name: "euler", ...sgmUniform },
  "Euler AYS": { name: "euler", use_ays_sigmas: "sd1" },
  "Euler AYS SDXL": { name: "euler", use_ays_sigmas: "sdxl" },
  "Euler a": { name: "euler_ancestral" },
  Heun: { name: "heun" },
  "Heun Karras": { name: "heun", ...karras },
  DPM2: { name: "dpm2" },
  "DPM2 Karras": { name: "dpm2", ...karras },
  "DPM2 a": { name: "dpm2_ancestral" },
  "DPM2 a Karras": { name: "dpm2_ancestral", ...karras },
  LMS: { name: "lms" },
  "LMS Karras": { name: "lms", ...karras },
  DDIM: { name: "ddim" },
  "DDIM Trailing": { name: "ddim", ...trailing },
  DDPM: { name: "ddpm" },
  PLMS: { name: "pndm", skip_prk_steps: true },
  UniPC: { name: "unipc" },
  "UniPC Karras": { name: "unipc", ...karras },
  DEIS: { name: "deis" },
  LCM: { name: "lcm" },
  TCD: { name: "tcd" },
};
