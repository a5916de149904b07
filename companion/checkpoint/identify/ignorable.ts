/** Keys of single files that are no part of the networks that run: training's leftovers and second copies. */
const IGNORABLE: readonly RegExp[] = [
  // The noise schedule, which the scheduler computes (ldm/models/diffusion/ddpm.py, register_schedule; SGM's denoiser).
  /^(?:betas|alphas_cumprod(?:_prev)?|(?:sqrt|log|one_minus|posterior)_[a-z0-9_]+|logvar|lvlb_weights)$/,
  /^denoiser\.(?:sigmas|log_sigmas)$/,
  // The moving average of the weights, beside the weights.
  /^model_ema\./,
  /^first_stage_model\.(?:model_ema|loss)\.|^loss\./,
  /^(?:global_step|scale_factor|epoch)$/,
  // Where the first trainers of textual inversion kept their words: what was learnt is in files of its own.
  /^embedding_manager\./,
  // Marks that say how to sample; read by `marks.ts`.
  /^(?:v_pred|ztsnr)$/,
  // The image halves of whole CLIPs, and CLIP's temperature.
  /^(?:cond_stage_model|conditioner\.embedders\.\d+)\.(?:transformer|model)\.(?:vision_model|visual_projection|visual)\b/,
  /^(?:cond_stage_model|conditioner\.embedders\.\d+)\.logit_scale$/,
  // Some merges carry the safety checker.
  /^safety_checker\./,
];

/** True for a key that no network needs, whatever the model. */
export function isIgnorable(key: string): boolean {
  return IGNORABLE.some((pattern) => pattern.test(key));
}
