#!/usr/bin/env python3
"""Write a tiny model of random weights that the genuine llama.cpp engine loads in milliseconds.

It has the Llama architecture in miniature: two layers 64 values wide, and a vocabulary that spells any text byte
by byte. What it says is noise, but it says it through the engine's whole path: chat template, tokenizer, KV cache,
sampling, streaming, pooling. The same seed gives the same bytes.

Needs PyPI's `gguf`.
"""

import argparse
import os
from dataclasses import dataclass

import numpy as np
from gguf import GGUFWriter, LlamaFileType, PoolingType, TokenType

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)


@dataclass(frozen=True)
class Shape:
    """The dimensions of the network; every size of the file follows from them."""

    width: int = 64
    layers: int = 2
    heads: int = 4
    feed_forward: int = 128
    context: int = 2048

    @property
    def head_width(self) -> int:
        return self.width // self.heads


def byte_vocabulary() -> list[tuple[str, float, TokenType]]:
    """Three control tokens, one token for each byte, and a few pieces, so that merging is exercised as well.

    SentencePiece wants the word boundary written as U+2581, and prefers the piece of the higher score.
    """
    control = [("<unk>", 0.0, TokenType.UNKNOWN), ("<s>", 0.0, TokenType.CONTROL), ("</s>", 0.0, TokenType.CONTROL)]
    single_bytes = [(f"<0x{value:02X}>", 0.0, TokenType.BYTE) for value in range(256)]
    pieces = ["\u2581", "e", "t", "o", "a", "n", "i", "s", "r", "h", "l", "d", "u", "\u2581t"]
    return control + single_bytes + [(piece, -float(rank), TokenType.NORMAL) for rank, piece in enumerate(pieces)]


def describe(writer: GGUFWriter, shape: Shape, vocabulary: list, embedding: bool) -> None:
    """The metadata: what the engine needs to build the network, and what a reader of the file may show."""
    writer.add_type("model")
    writer.add_name("Tiny random embedding" if embedding else "Tiny random")
    writer.add_file_type(LlamaFileType.ALL_F32)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_vocab_size(len(vocabulary))
    if embedding:
        writer.add_pooling_type(PoolingType.MEAN)

    tokens, scores, kinds = zip(*vocabulary)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(list(tokens))
    writer.add_token_scores(list(scores))
    writer.add_token_types(list(kinds))
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    if not embedding:
        writer.add_chat_template(CHAT_TEMPLATE)


def add_weights(writer: GGUFWriter, shape: Shape, vocabulary_size: int, seed: int) -> None:
    """Small random matrices and neutral norms, under the names that llama.cpp expects of a Llama."""
    random = np.random.default_rng(seed)

    def matrix(name: str, rows: int, columns: int) -> None:
        values = random.standard_normal((rows, columns), dtype=np.float32) * np.float32(0.05)
        writer.add_tensor(f"{name}.weight", values)

    def norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(shape.width, dtype=np.float32))

    matrix("token_embd", vocabulary_size, shape.width)
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        norm(f"{block}.attn_norm")
        for projection in ("attn_q", "attn_k", "attn_v", "attn_output"):
            matrix(f"{block}.{projection}", shape.width, shape.width)
        norm(f"{block}.ffn_norm")
        matrix(f"{block}.ffn_gate", shape.feed_forward, shape.width)
        matrix(f"{block}.ffn_up", shape.feed_forward, shape.width)
        matrix(f"{block}.ffn_down", shape.width, shape.feed_forward)
    norm("output_norm")
    matrix("output", vocabulary_size, shape.width)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a tiny random model that llama.cpp loads.")
    parser.add_argument("output", metavar="OUT.gguf")
    parser.add_argument("--seed", type=int, default=0, help="another seed is another model (default: 0)")
    parser.add_argument("--embedding", action="store_true", help="mean pooling and no chat template")
    arguments = parser.parse_args()

    shape, vocabulary = Shape(), byte_vocabulary()
    # Written beside its place and renamed into it: an engine never maps half a model.
    partial = f"{arguments.output}.{os.getpid()}.partial"
    writer = GGUFWriter(partial, "llama")
    describe(writer, shape, vocabulary, arguments.embedding)
    add_weights(writer, shape, len(vocabulary), arguments.seed)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(partial, arguments.output)


if __name__ == "__main__":
    main()
