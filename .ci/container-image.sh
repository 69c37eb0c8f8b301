# shellcheck shell=bash disable=SC2034,SC2154 # it shares variables with what sources it
# Builds the images and checks them without starting one. It is sourced by .ci/container.sh.

readonly max_size=15000000

# named ARCH
named() { printf 'localhost/mockportal:ci-%s-%s' $$ "$1"; }

# base_image makes localhost/golang:1.26, which `FROM golang:1.26` finds without a
# registry. It is kept for the next run, and made again if the machine's Go changes.
base_image() {
  if [[ -n ${GO_IMAGE-} ]]; then
    go_image=$GO_IMAGE
    return
  fi
  go_image=localhost/golang:1.26
  local version goroot root
  version=$(go env GOVERSION)
  [[ $version == go1.26* ]] || say "note: the base image takes the place of golang:1.26, but this machine has $version"
  if [[ $(podman image inspect --format '{{index .Labels "mockportal.go"}}' "$go_image" 2>/dev/null) == "$version" ]]; then
    say "base image: $go_image with $version, made earlier"
    return
  fi
  goroot=$(go env GOROOT)
  root=$work/base
  mkdir -p "$root"/{bin,tmp,root,go,etc/ssl/certs,usr/local/go}
  chmod 1777 "$root/tmp"
  (cd "$goroot" && cp -RL bin src pkg lib VERSION go.env "$root/usr/local/go/")
  cp "$(type -P busybox)" "$root/bin/busybox"
  local applet
  for applet in $("$root/bin/busybox" --list); do
    [[ $applet == busybox ]] || ln -sf busybox "$root/bin/$applet"
  done
  [[ ! -e /etc/ssl/certs/ca-certificates.crt ]] || cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  echo 'root:x:0:0::/root:/bin/sh' >"$root/etc/passwd"
  cat >"$work/Dockerfile.base" <<'EOF'
FROM scratch
COPY . /
ENV PATH=/usr/local/go/bin:/go/bin:/bin GOPATH=/go GOTOOLCHAIN=local
WORKDIR /go
EOF
  buildah bud --quiet --isolation chroot --format docker --label "mockportal.go=$version" \
    --file "$work/Dockerfile.base" --tag "$go_image" "$root" >/dev/null
  rm -rf "$root"
  say "base image: $go_image, made from this machine's $version"
}

# build ARCH builds the image for linux/ARCH on this machine's platform. Debian's old
# buildah needs that platform as an argument; BuildKit does not.
build() {
  build_image "$(named "$1")" . --platform "linux/$1" --build-arg BUILDPLATFORM="linux/$native" \
    --build-arg GOPROXY=file:///modules \
    --build-arg VERSION="$version" --build-arg REVISION="$revision"
}

# build_image NAME FOLDER [FLAG…]
build_image() {
  local name=$1 folder=$2 build_cache=$work/go-build
  shift 2
  go mod download
  # Only root itself uses the build cache of this machine. With sudo, files of root would
  # stay there.
  ((EUID != 0)) || build_cache=$(go env GOCACHE)
  mkdir -p "$build_cache"
  images+=("$name")
  buildah bud --quiet --isolation chroot --format docker --pull-never "$@" \
    --volume "$(go env GOMODCACHE)/cache/download:/modules:ro" \
    --volume "$build_cache:/root/.cache/go-build" \
    --build-arg GO_IMAGE="$go_image" \
    --tag "$name" "$folder" >"$work/build.log" 2>&1 || {
    tail -n 20 "$work/build.log" >&2
    die "$folder/Dockerfile does not build: $name"
  }
}

# weigh ARCH
weigh() {
  local size layers
  size=$(property "$1" .Size)
  layers=$(property "$1" 'len .RootFS.Layers')
  say "image: $(megabytes "$size") in $layers layer(s)"
  podman history --format '{{.Size}}\t{{.CreatedBy}}' "$(named "$1")" | grep -v '^0 B' | cut -c1-110
  ((size <= max_size)) || die "the image has $size bytes, at most $max_size are allowed"
}
# property ARCH EXPRESSION
property() { podman image inspect --format "{{$2}}" "$(named "$1")"; }
megabytes() { printf '%d.%d MB' $(($1 / 1000000)) $(($1 % 1000000 / 100000)); }

# contents ARCH checks that the image has only the binary and the empty folder for a
# pack. It copies the binary to $work/ARCH/mockportal.
contents() {
  local id files
  id=$(podman create --platform "linux/$1" "$(named "$1")")
  containers+=("$id")
  mkdir -p "$work/$1"
  podman export "$id" >"$work/$1/image.tar"
  files=$(tar -tf "$work/$1/image.tar" | LC_ALL=C sort)
  # Some versions of podman add the mount points of containers.
  files=$(grep -vxE '(dev|etc|proc|run|sys)/.*' <<<"$files" || true)
  expect "the files in the image" $'mockportal\npack/' "$files"
  tar -C "$work/$1" -xf "$work/$1/image.tar" mockportal
  podman rm "$id" >/dev/null
}

# is_built_for ARCH checks the image, the ELF header, and Go's build information.
is_built_for() {
  # e_machine, two bytes at 18: 62 is x86-64, 183 is AArch64.
  local -A machines=([amd64]=62 [arm64]=183)
  expect "the image's platform" "linux/$1" "$(property "$1" .Os)/$(property "$1" .Architecture)"
  expect "the ELF header's machine" "7f454c46 ${machines[$1]}" \
    "$(od -An -tx1 -N4 "$work/$1/mockportal" | tr -d ' ') $(od -An -tu2 -j18 -N2 "$work/$1/mockportal" | tr -d ' ')"
  expect "the binary was built with" "CGO_ENABLED=0 GOARCH=$1 GOOS=linux" \
    "$(go version -m "$work/$1/mockportal" | awk '$1 == "build" && $2 ~ /^(CGO_ENABLED|GOARCH|GOOS)=/ { print $2 }' | sort | paste -sd' ')"
}

# labels ARCH checks the OCI labels. There is none for the source, which has no address,
# and none for the licence, until the repository has one.
labels() {
  expect "the label title" mockportal "$(label "$1" title)"
  expect "the label description" "A fake ArcGIS portal for tests of license provisioning and future licenses" "$(label "$1" description)"
  expect "the label version" "$version" "$(label "$1" version)"
  expect "the label revision" "$revision" "$(label "$1" revision)"
  local names="description revision title version"
  ! compgen -G 'LICENSE*' >/dev/null || names="description licenses revision title version"
  expect "the names of the OCI labels" "$names" \
    "$(property "$1" 'json .Labels' | jq -r '[keys[] | select(startswith("org.opencontainers.image."))
        | ltrimstr("org.opencontainers.image.")] | sort | join(" ")')"
}
# environment ARCH checks what the image sets for the program.
environment() {
  expect "the image's environment" "GOMEMLIMIT=384MiB MOCKPORTAL_ADDR=0.0.0.0:8080 MOCKPORTAL_PACK=/pack" \
    "$(property "$1" 'json .Config.Env' | jq -r 'map(select(startswith("PATH=") | not)) | sort | join(" ")')"
}
# label ARCH NAME
label() { property "$1" 'json .Labels' | jq -r --arg name "org.opencontainers.image.$2" '.[$name]'; }

# bill_of_materials ARCH makes a CycloneDX document from the binary in the image. It
# checks it with the schema of CycloneDX and compares it with Go's list of modules.
bill_of_materials() {
  local folder=${CI_ARTIFACTS:-$work/artifacts} file made=$work/$1/bom.json
  mkdir -p "$folder"
  file=$folder/mockportal-linux-$1.cdx.json
  go_tool cyclonedx-gomod github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod github.com/CycloneDX/cyclonedx-gomod "$cyclonedx_gomod"
  python_tools
  "$tool" bin -json -std -version "$version" -output "$made" "$work/$1/mockportal" >"$work/bom.log" 2>&1 || {
    cat "$work/bom.log" >&2
    die "cannot make a bill of materials"
  }
  # The tool takes the module path for a URL, but the module is not published.
  jq 'del(.metadata.component.externalReferences)' "$made" >"$file"
  expect "the bill of materials, by the strict schema of CycloneDX" valid "$("$python/python" .ci/check-bom.py "$file")"
  expect "the bill of materials is of" "github.com/mockportal/mockportal $version" \
    "$(jq -r '.metadata.component | "\(.name) \(.version)"' "$file")"
  expect "it lists what is linked" "$(linked_modules "$1")" \
    "$(jq -r '.components[] | "\(.name) \(.version)"' "$file" | LC_ALL=C sort)"
  [[ -z ${CI_ARTIFACTS-} ]] || say "  kept: $file"
}
linked_modules() {
  {
    printf 'std %s\n' "$(go env GOVERSION)"
    CGO_ENABLED=0 GOOS=linux GOARCH=$1 go list -deps \
      -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}' ./cmd/mockportal
  } | LC_ALL=C sort -u | sed '/^$/d'
}
