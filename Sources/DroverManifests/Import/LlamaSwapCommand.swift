import DroverCore

/// The command line by which llama-swap starts a model, as far as Drover's fields say the same.
struct LlamaSwapCommand {
  /// Below a model directory.
  private(set) var file: String?
  private(set) var context: Int64?
  private(set) var slots: Int64 = 1
  private(set) var gpuLayers: FieldValue?
  private(set) var servesEmbeddings = false
  /// As manifests write them: `--threads=4`.
  private(set) var flags: [String] = []
  private(set) var notes: [String] = []

  /// What Drover sets itself.
  private static let own: Set<String> = [
    "--host", "--port", "--alias", "-a", "--metrics", "--no-webui", "--no-ui", "--api-key", "--api-key-file",
  ]
  /// Flags of one letter or two, by their long names.
  private static let long = [
    "-m": "--model", "-c": "--ctx-size", "-np": "--parallel", "-ngl": "--n-gpu-layers",
    "--gpu-layers": "--n-gpu-layers", "--embeddings": "--embedding", "-fa": "--flash-attn", "-t": "--threads",
    "-b": "--batch-size", "-ub": "--ubatch-size", "-ctk": "--cache-type-k", "-ctv": "--cache-type-v",
    "-mm": "--mmproj", "-ts": "--tensor-split", "-sm": "--split-mode", "-mg": "--main-gpu",
    "-ot": "--override-tensor", "-hf": "--hf-repo", "-hfr": "--hf-repo", "-mu": "--model-url",
    "-hff": "--hf-file", "-cmoe": "--cpu-moe", "-ncmoe": "--n-cpu-moe", "-dev": "--device",
  ]

  /// Throws why it is none that Drover starts, as one phrase.
  init(_ words: [String]) throws(PriceImport.Failure) {
    guard let program = words.first?.split(separator: "/").last else { throw .init(description: "has no 'cmd'") }
    guard program.hasPrefix("llama-server") else {
      throw .init(
        description: "is started by '\(program)', not by llama-server; run it yourself and declare a Provider of type "
          + "custom for it")
    }
    var index = 1
    while index < words.count {
      let word = words[index]
      index += 1
      guard word.hasPrefix("-") else {
        notes.append("'\(word)' in its command is not taken over")
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      let name = Self.long[parts[0]] ?? parts[0]
      var value = parts.count == 2 ? parts[1] : nil
      if value == nil, index < words.count, Self.isValue(words[index]) {
        value = words[index]
        index += 1
      }
      take(name, value)
    }
    guard file != nil else {
      throw .init(description: "names no model file (-m); download the file and name it")
    }
  }

  /// What follows a flag is its value, unless it is a flag itself; `-1` is a number.
  private static func isValue(_ word: String) -> Bool {
    guard word.first == "-" else { return true }
    return word.dropFirst().first?.isNumber ?? false
  }

  private mutating func take(_ name: String, _ value: String?) {
    switch (name, value) {
    case ("--model", let path?): takeFile(path)
    case ("--ctx-size", let text?): context = Int64(text).flatMap { $0 > 0 ? $0 : nil }
    case ("--parallel", let text?): slots = Int64(text).flatMap { (1...1024).contains($0) ? $0 : nil } ?? 1
    case ("--n-gpu-layers", let text?):
      gpuLayers = Int64(text).map { .integer(min(max($0, 0), 10_000)) } ?? .string("Auto")
    case ("--embedding", _): servesEmbeddings = true
    case ("--hf-repo", _), ("--model-url", _), ("--hf-file", _): break
    case ("--api-key", _), ("--api-key-file", _):
      notes.append("\(name) is not taken over: Drover makes a key of its own")
    case _ where Self.own.contains(name): break
    default: flags.append(value.map { "\(name)=\($0)" } ?? name)
    }
  }

  /// Manifests name files below a model directory.
  private mutating func takeFile(_ path: String) {
    guard path.hasPrefix("/") || path.hasPrefix("~") || path.contains("${") else {
      file = path
      return
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    notes.append("'\(path)' is named '\(name)' now; put its folder among the modelDirectories of the host policy")
    file = name
  }

  /// A Model's `llamaCpp`.
  var spec: FieldValue {
    .object([
      "file": file.map { .string($0) },
      "context": .object([
        "perRequest": context.map { .integer(max(1, $0 / slots)) }, "slots": .integer(slots),
      ]),
      "gpuLayers": gpuLayers, "embedding": servesEmbeddings ? .bool(true) : nil,
      "flags": flags.isEmpty ? nil : .strings(flags),
    ])
  }

  /// Splits a command as a shell does: blanks, quotes and backslashes; lines that begin with `#` are remarks.
  static func words(of text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.drop { $0 == " " || $0 == "\t" }
    }
    let body = lines.filter { $0.first != "#" }.joined(separator: "\n")
    var words: [String] = []
    var word = ""
    var isWord = false
    var quote: Character?
    var rest = body[...]
    while let letter = rest.popFirst() {
      if let open = quote {
        if letter == open { quote = nil } else { word.append(letter) }
      } else if letter == "\"" || letter == "'" {
        quote = letter
        isWord = true
      } else if letter == "\\" {
        if let next = rest.popFirst(), next != "\n" {
          word.append(next)
          isWord = true
        }
      } else if letter == " " || letter == "\n" || letter == "\t" {
        if isWord { words.append(word) }
        (word, isWord) = ("", false)
      } else {
        word.append(letter)
        isWord = true
      }
    }
    return isWord ? words + [word] : words
  }
}
