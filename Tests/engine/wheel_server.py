#!/usr/bin/env python3
"""llama-server's command line over the real llama.cpp HTTP server that PyPI's xllamacpp carries as a library.

install.sh puts this file into the cache under the name llama-server. It takes the flags that Drover passes; any
other flag is an error, as in the genuine program. The key is read from LLAMA_API_KEY alone, never from a flag.
"""

import argparse
import os
import signal
import sys

import xllamacpp


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="llama-server", allow_abbrev=False)
    parser.add_argument("--version", action="store_true", help="show version and build info")
    parser.add_argument("-m", "--model", default="")
    parser.add_argument("-a", "--alias", default="", help="comma-separated names that the API shows")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("-c", "--ctx-size", type=int, default=0, help="0: from the model")
    parser.add_argument("-np", "--parallel", type=int, default=-1)
    parser.add_argument("-ngl", "--gpu-layers", "--n-gpu-layers", default="auto")
    parser.add_argument("-t", "--threads", type=int)
    parser.add_argument("-b", "--batch-size", type=int)
    parser.add_argument("-ub", "--ubatch-size", type=int)
    parser.add_argument("-cram", "--cache-ram", type=int)
    parser.add_argument("--temp", "--temperature", type=float)
    parser.add_argument("--embedding", "--embeddings", action="store_true")
    parser.add_argument("--metrics", action="store_true")
    parser.add_argument("--slots", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--no-ui", "--no-webui", dest="ui", action="store_false")
    parser.add_argument("--jinja", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--warmup", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


def parameters(options: argparse.Namespace) -> "xllamacpp.CommonParams":
    if not os.access(options.model, os.R_OK):
        sys.exit(f"error: cannot read model '{options.model}'")
    params = xllamacpp.CommonParams()
    params.model.path = options.model
    params.hostnames = options.host.split(",")
    params.port = options.port
    params.n_ctx = options.ctx_size
    # What the genuine program means by -1: four slots over one shared KV cache.
    params.n_parallel = options.parallel if options.parallel > 0 else 4
    params.kv_unified = options.parallel <= 0
    params.embedding = options.embedding
    params.endpoint_metrics = options.metrics
    params.endpoint_slots = options.slots
    params.offline = options.offline
    params.ui = options.ui
    params.use_jinja = options.jinja
    params.warmup = options.warmup
    if options.alias:
        params.model_alias = set(options.alias.split(","))
    if options.gpu_layers.isdigit():
        params.n_gpu_layers = int(options.gpu_layers)
    if options.threads is not None:
        params.cpuparams.n_threads = options.threads
    if options.batch_size is not None:
        params.n_batch = options.batch_size
    if options.ubatch_size is not None:
        params.n_ubatch = options.ubatch_size
    if options.cache_ram is not None:
        params.cache_ram_mib = options.cache_ram
    if options.temp is not None:
        params.sampling.temp = options.temp
    params.api_keys = [key for key in os.environ.get("LLAMA_API_KEY", "").split(",") if key]
    return params


def main() -> None:
    options = arguments()
    if options.version:
        print(f"version: xllamacpp {xllamacpp.__version__}", file=sys.stderr)
        return
    # Blocked before the server's threads exist, so that they inherit it and the signal waits for sigwait below.
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    try:
        server = xllamacpp.Server(parameters(options))
    except Exception as error:  # the binding raises whatever the C++ side threw
        sys.exit(f"error: {error}")
    print(f"server is listening on {server.listening_address}", file=sys.stderr, flush=True)
    signal.sigwait(stops)
    del server  # drains and joins the server's threads


if __name__ == "__main__":
    main()
