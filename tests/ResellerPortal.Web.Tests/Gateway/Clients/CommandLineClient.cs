using System.Net;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>convertapi-cli: files in the form itself, and an answer of many parts.</summary>
internal static class CommandLineClient
{
    private const string Name = "CLI 0.0.9";

    private static string Convert(string format, string token, string parts) => $$"""
        POST /convert/{{format}}/to/pdf HTTP/1.1
        Host: {host}
        User-Agent: convertapi-cli/0.0.9.0
        Authorization: Bearer {{token}}
        Accept: multipart/mixed
        Content-Type: multipart/form-data; boundary="0344f13a-8462-48e4-a0ae-b444dbbc1e5d"
        Content-Length: {length}

        {{parts}}--0344f13a-8462-48e4-a0ae-b444dbbc1e5d--

        """;

    private static string Part(string name, string fileName, string content) => $$"""
        --0344f13a-8462-48e4-a0ae-b444dbbc1e5d
        Content-Disposition: form-data; name={{name}}; filename={{fileName}}

        {{content}}

        """;

    private const string FileName = """
        --0344f13a-8462-48e4-a0ae-b444dbbc1e5d
        Content-Type: text/plain; charset=utf-8
        Content-Disposition: form-data; name=FileName

        hello

        """;

    private static readonly string Hello = Part("file", "hello.txt", "Hello from a file");

    private static readonly string TwoFiles = Part("\"files[0]\"", "one.txt", "One") + Part("\"files[1]\"", "two.txt", "Two");

    public static ClientConversation[] Conversations { get; } =
    [
        new(
            Name,
            Capabilities.ConvertFile,
            1,
            new Exchange(Convert("txt", "{token}", Hello + FileName), Needs.Parts(("hello.pdf", "Hello from a file")))),
        new(
            Name,
            Capabilities.ConvertSeveral,
            2,
            new Exchange(Convert("txt", "{token}", TwoFiles), Needs.Parts(("one.pdf", "One"), ("two.pdf", "Two")))),
        new(
            Name,
            Capabilities.EncodedName,
            1,
            new Exchange(Convert("txt", "{token}", Part("file", "\"=?utf-8?B?w6kudHh0?=\"", "Name")), Needs.Parts(("é.pdf", "Name")))),
        new(
            Name,
            Capabilities.WrongToken,
            0,
            new Exchange(Convert("txt", "no-such-token", Hello + FileName), Needs.Refusal(HttpStatusCode.Unauthorized, 4011))),
        new(
            Name,
            Capabilities.UnknownFormat,
            0,
            new Exchange(Convert("xyz", "{token}", Hello), Needs.Refusal(HttpStatusCode.UnsupportedMediaType, 4150))),
    ];
}
