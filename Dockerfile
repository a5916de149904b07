# Gateway and worker of a studio, see compose.yaml and docs/team.md. On the processor; CUDA needs an image that brings CUDA 12 and cuDNN 9.
FROM node:22-bookworm-slim
WORKDIR /app
COPY . .
RUN npm ci --no-audit --no-fund && node companion/build.mjs && mkdir /data /models && chown node:node /data /models
USER node
ENTRYPOINT ["node", "companion/underpaint.mjs"]
CMD ["help"]
