# Needs nothing but Docker: the first stage builds, the second one runs.
FROM node:24.21.0-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# The npm package `node` would bring a second Node; without install scripts it brings none.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
COPY receivers ./receivers
COPY exporters ./exporters
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-trixie-slim
LABEL org.opencontainers.image.title="Hall Monitor" \
  org.opencontainers.image.description="An OpenTelemetry-native collector for Claude Code" \
  org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json README.md CHANGELOG.md LICENSE ./
COPY bin ./bin
COPY docker/healthcheck.js docker/history.sh ./docker/
# New volumes take over this mode, so that they work for whatever user the transcripts belong to.
RUN mkdir -m 1777 /data /history && ln -s /app/bin/hall-monitor.js /usr/local/bin/hall-monitor
ENV NODE_ENV=production HOME=/tmp XDG_CACHE_HOME=/tmp HALL_MONITOR_HOME=/data/hall-monitor HALL_MONITOR_CLAUDE_DIRS=/claude
VOLUME ["/data"]
EXPOSE 9464
USER 1000:1000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["node", "/app/docker/healthcheck.js"]
ENTRYPOINT ["node", "/app/bin/hall-monitor.js"]
CMD ["serve"]
