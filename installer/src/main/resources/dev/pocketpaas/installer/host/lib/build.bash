# shellcheck shell=bash
# From source to image, as seen by the deploy. The work itself is the program work/build, which has its own traps and clean-up.
# Needs lib/state.bash and lib/events.bash.

# build_image WORK APP: builds WORK/source.tar. On success WORK/build holds image, base (slug|image), builder, inputs, and where the app has
# them port, processes/TYPE/command and release. Says what happens and why it failed. Returns 0, or 5 on failure.
build_image() {
    local code=0
    "$PP_LIB/work/build" "$1" "$2" || code=$?
    case $code in
    0 | 5) return "$code" ;;
    esac
    step build fail
    fail build-failed "the build program ended with $code, which it should not"
    return 5
}
