/**
 * sharp, which decodes pictures that strangers made: every loader of libvips is shut but those of PNG, JPEG and WebP, so that what
 * claims to be anything else (SVG, TIFF, PDF, HEIF, GIF …) reaches no code of theirs. This module alone imports it.
 */
import sharp from "sharp";

sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: ["VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadWebp"] });

export default sharp;
