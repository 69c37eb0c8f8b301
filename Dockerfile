# The server as one static binary in an otherwise empty image.
#
#   docker build -t mockportal . && docker run --rm -p 8080:8080 mockportal
#
# For other processors it is cross-compiled, so that nothing is emulated:
#
#   docker build --platform linux/arm64 -t mockportal .
#
# A team's pack (a folder with scenarios/ and fixtures/) is mounted at /pack:
#
#   docker run --rm -p 8080:8080 -v "$PWD/pack:/pack:ro" mockportal --scenario NAME

ARG GO_IMAGE=golang:1.26

# Docker without BuildKit and old versions of buildah (such as 1.28) do not set BUILDPLATFORM; on a
# machine that is not amd64 they are told: --build-arg BUILDPLATFORM=linux/arm64
FROM --platform=${BUILDPLATFORM:-linux/amd64} ${GO_IMAGE} AS build
# Only where modules come from a mirror; empty means the Go command's own default.
ARG GOPROXY
WORKDIR /src
# The modules are a layer of their own: a change in the code does not fetch them again.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
# Set by the builder; unset, Go builds for the platform that it runs on.
ARG TARGETOS
ARG TARGETARCH
# Functions on 8 bytes in place of 32 make the binary 200 kB smaller.
RUN CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath \
      -ldflags "-s -w -funcalign=8 -X github.com/mockportal/mockportal/internal/cli.version=${VERSION}" \
      -o /out/mockportal ./cmd/mockportal \
    && mkdir -p /out/pack

FROM scratch
ARG VERSION=dev
# The commit, by --build-arg REVISION=$(git rev-parse HEAD): the build does not see .git.
ARG REVISION=unknown
LABEL org.opencontainers.image.title="mockportal" \
      org.opencontainers.image.description="A fake ArcGIS portal for tests of license provisioning and future licenses" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# /mockportal, and /pack: an empty folder, so an empty pack until something is mounted there.
COPY --from=build /out/ /
USER 65532:65532
# What all sandboxes hold is at most 256 MiB (--max-memory). From 384 MiB on, Go collects garbage more
# often instead of letting the heap grow to twice what is held; 128 MiB are for the program, the requests
# in flight and garbage. A container of 512 MiB has room for that. Raise both if you raise one.
ENV MOCKPORTAL_ADDR=0.0.0.0:8080 \
    MOCKPORTAL_PACK=/pack \
    GOMEMLIMIT=384MiB
EXPOSE 8080
# The image has no shell and no curl: the binary asks its own /readyz. The first check comes after
# one interval; with a start period Docker from 25 on would wait five seconds for it.
HEALTHCHECK --interval=1s --timeout=3s --retries=10 CMD ["/mockportal", "healthcheck"]
ENTRYPOINT ["/mockportal"]
