import type { UNetModel } from "../../checkpoint/model.ts";
import type { PreparedJob } from "../job.ts";

/** A job that a UNet draws. */
export type UNetJob = PreparedJob<UNetModel>;
