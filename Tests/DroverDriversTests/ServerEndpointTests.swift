import Testing

@testable import DroverDrivers

struct ServerEndpointTests {
  @Test(arguments: [
    ("http://localhost:8080", "http://localhost:8080/v1", "localhost"),
    ("http://localhost:8080/", "http://localhost:8080/v1", "localhost"),
    ("https://API.Example.com/v1", "https://api.example.com/v1", "api.example.com"),
    ("https://api.example.com/v1//", "https://api.example.com/v1", "api.example.com"),
    ("https://host/api/openai", "https://host/api/openai", "host"),
    ("HTTP://[::1]:8000/v1", "http://[::1]:8000/v1", "::1"),
    ("https://host/v1?key=1", "https://host/v1", "host"),
  ])
  func `normalises an address`(text: String, base: String, host: String) {
    let endpoint = ServerEndpoint(text)
    #expect(endpoint?.base == base)
    #expect(endpoint?.host == host)
  }

  @Test(arguments: ["", "localhost:8080", "ftp://host", "https://", "https://user:secret@host/v1", "http://a:b:c"])
  func `refuses what is no address of a server`(text: String) {
    #expect(ServerEndpoint(text) == nil)
  }
}
