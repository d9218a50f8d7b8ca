"""Asks a gateway as the client libraries of OpenAI and Anthropic do.

    check.py PORT CHAT EMBEDDING

CHAT and EMBEDDING are names of models that can chat and embed. Prints one line for each thing that was tried, and exits
with 1 at the first that is not as a user of the library would expect.
"""

import sys

import anthropic
import openai

port, chat, embedding = sys.argv[1:]
oai = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="sk-client", max_retries=0, timeout=240)
ant = anthropic.Anthropic(base_url=f"http://127.0.0.1:{port}", api_key="sk-client", max_retries=0, timeout=240)
prompt = [{"role": "user", "content": "Hi"}]
# The likeliest token, always: at random, a small model begins with half a letter now and then, and llama.cpp leaves out
# `message_start` where it does.
greedy = {"temperature": 0, "top_k": 1}


def expect(what, holds):
    print(("ok " if holds else "FAILED ") + what, flush=True)
    if not holds:
        sys.exit(1)


def refusal(call):
    try:
        call()
    except Exception as error:  # noqa: BLE001 - the kind is what is checked
        return error
    return None


# OpenAI
expect("models are listed", {chat, embedding} <= {model.id for model in oai.models.list()})
expect("one model is told of", oai.models.retrieve(chat).id == chat)

reply = oai.chat.completions.create(model=chat, messages=prompt, max_tokens=4, extra_body=greedy)
expect("a chat is answered", reply.choices[0].message.role == "assistant" and reply.usage.completion_tokens > 0)

raw = oai.chat.completions.with_raw_response.create(model=chat, messages=prompt, max_tokens=1, extra_body=greedy)
expect("the reply names its model", raw.headers["x-drover-model"].endswith(chat))

chunks = list(
    oai.chat.completions.create(
        model=chat,
        messages=prompt,
        max_tokens=4,
        stream=True,
        stream_options={"include_usage": True},
        extra_body=greedy,
    )
)
expect("a chat is streamed", any(c.choices and c.choices[0].finish_reason for c in chunks))
expect("a stream ends with its usage", chunks[-1].usage is not None and chunks[-1].usage.completion_tokens > 0)

text = oai.completions.create(model=chat, prompt="Hi", max_tokens=2, extra_body=greedy)
expect("a text is completed", text.choices[0].text is not None)

vector = oai.embeddings.create(model=embedding, input=["a", "b"]).data
expect("texts are embedded", len(vector) == 2 and len(vector[0].embedding) > 1)

error = refusal(lambda: oai.chat.completions.create(model=chat + "x", messages=prompt))
expect("an unknown model is not found", isinstance(error, openai.NotFoundError) and error.code == "model_not_found")
expect("a near name is suggested", f"'{chat}'" in str(error))

error = refusal(lambda: oai.chat.completions.create(model=chat, messages=prompt, extra_body={"max_tokens": 1.5}))
expect("an odd bound is refused", isinstance(error, openai.BadRequestError) and error.param == "max_tokens")

# Anthropic
message = ant.messages.create(model=chat, max_tokens=4, messages=prompt, extra_body=greedy)
expect("a message is answered", message.role == "assistant" and message.usage.output_tokens > 0)

with ant.messages.stream(model=chat, max_tokens=4, messages=prompt, extra_body=greedy) as stream:
    kinds = [event.type for event in stream]
expect("a message is streamed", kinds[0] == "message_start" and "message_stop" in kinds)

error = refusal(lambda: ant.messages.create(model=chat + "x", max_tokens=4, messages=prompt))
expect("an unknown model is not found there either", isinstance(error, anthropic.NotFoundError))
expect("the refusal has an id", bool(error.request_id))
expect("models are listed there too", chat in {model.id for model in ant.models.list()})
