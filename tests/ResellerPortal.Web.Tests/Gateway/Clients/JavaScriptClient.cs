using System.Net;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>convertapi-js on a page of another origin: uploads without credentials, a preflight, then JSON.</summary>
internal static class JavaScriptClient
{
    private const string Name = "JavaScript 1.1.9";

    /// <summary>The page that uses the client.</summary>
    public const string Origin = "https://app.example";

    private static string Upload(string fileName, string content) => $$"""
        POST /upload?filename={{fileName}} HTTP/1.1
        Host: {host}
        Connection: keep-alive
        Content-Length: {length}
        sec-ch-ua-platform: "Linux"
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
        sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
        Content-Type: text/plain
        sec-ch-ua-mobile: ?0
        Accept: */*
        Origin: https://app.example
        Sec-Fetch-Site: cross-site
        Sec-Fetch-Mode: cors
        Sec-Fetch-Dest: empty
        Referer: https://app.example/
        Accept-Encoding: gzip, deflate, br, zstd
        Accept-Language: en-US,en;q=0.9

        {{content}}
        """;

    private const string UploadFromAddress = """
        POST /upload?url={source, escaped} HTTP/1.1
        Host: {host}
        Connection: keep-alive
        Content-Length: 0
        sec-ch-ua-platform: "Linux"
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
        sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
        sec-ch-ua-mobile: ?0
        Accept: */*
        Origin: https://app.example
        Sec-Fetch-Site: cross-site
        Sec-Fetch-Mode: cors
        Sec-Fetch-Dest: empty
        Referer: https://app.example/
        Accept-Encoding: gzip, deflate, br, zstd
        Accept-Language: en-US,en;q=0.9
        """;

    private static string Preflight(string format) => $$"""
        OPTIONS /convert/{{format}}/to/pdf?storefile=true HTTP/1.1
        Host: {host}
        Connection: keep-alive
        Accept: */*
        Access-Control-Request-Method: POST
        Access-Control-Request-Headers: authorization,content-type
        Origin: https://app.example
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
        Sec-Fetch-Mode: cors
        Sec-Fetch-Site: cross-site
        Sec-Fetch-Dest: empty
        Referer: https://app.example/
        Accept-Encoding: gzip, deflate, br, zstd
        Accept-Language: en-US,en;q=0.9
        """;

    private static string Convert(string format, string token, string json) => $$"""
        POST /convert/{{format}}/to/pdf?storefile=true HTTP/1.1
        Host: {host}
        Connection: keep-alive
        Content-Length: {length}
        sec-ch-ua-platform: "Linux"
        authorization: Bearer {{token}}
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
        sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
        content-type: application/json
        sec-ch-ua-mobile: ?0
        Accept: */*
        Origin: https://app.example
        Sec-Fetch-Site: cross-site
        Sec-Fetch-Mode: cors
        Sec-Fetch-Dest: empty
        Referer: https://app.example/
        Accept-Encoding: gzip, deflate, br, zstd
        Accept-Language: en-US,en;q=0.9

        {{json}}
        """;

    private const string OneFile = """
        {"Parameters":[{"Name":"File","FileValue":{"Id":"{file}"}}]}
        """;

    private const string TwoFiles = """
        {"Parameters":[{"Name":"Files","FileValues":[{"Id":"{one}"},{"Id":"{two}"}]}]}
        """;

    private const string Addresses = """
        {"Parameters":[{"Name":"Files","FileValues":[{"Url":"{source}"}]}]}
        """;

    private static readonly Exchange UploadFile = new(
        Upload("hello.txt", "Hello from a file"), Needs.InBrowser(Needs.StoredFile("file", "hello.txt")));

    private static readonly Exchange AskToConvert = new(Preflight("txt"), Needs.PreflightPassed);

    private static readonly Exchange ConvertFile = new(
        Convert("txt", "{token}", OneFile), Needs.InBrowser(Needs.ConvertedFiles("hello.pdf")));

    public static ClientConversation[] Conversations { get; } =
    [
        new(Name, Capabilities.ConvertFile, 1, UploadFile, AskToConvert, ConvertFile),
        new(Name, Capabilities.ConvertStoredFile, 2, UploadFile, AskToConvert, ConvertFile, ConvertFile),
        new(
            Name,
            Capabilities.ConvertAddress,
            1,
            AskToConvert,
            new Exchange(Convert("txt", "{token}", Addresses), Needs.InBrowser(Needs.ConvertedFiles("hello.pdf")))),
        new(
            Name,
            Capabilities.ConvertSeveral,
            2,
            new Exchange(Upload("one.txt", "One"), Needs.InBrowser(Needs.StoredFile("one", "one.txt"))),
            new Exchange(Upload("two.txt", "Two"), Needs.InBrowser(Needs.StoredFile("two", "two.txt"))),
            AskToConvert,
            new Exchange(Convert("txt", "{token}", TwoFiles), Needs.InBrowser(Needs.ConvertedFiles("one.pdf", "two.pdf")))),
        new(Name, Capabilities.Upload, 0, UploadFile),
        new(
            Name,
            Capabilities.UploadFromAddress,
            1,
            new Exchange(UploadFromAddress, Needs.InBrowser(Needs.StoredFile("file", "hello.txt"))),
            AskToConvert,
            ConvertFile),
        new(
            Name,
            Capabilities.WrongToken,
            0,
            UploadFile,
            AskToConvert,
            new Exchange(Convert("txt", "no-such-token", OneFile), Needs.InBrowser(Needs.Refusal(HttpStatusCode.Unauthorized, 4011)))),
        new(
            Name,
            Capabilities.UnknownFormat,
            0,
            UploadFile,
            new Exchange(Preflight("xyz"), Needs.PreflightPassed),
            new Exchange(Convert("xyz", "{token}", OneFile), Needs.InBrowser(Needs.Refusal(HttpStatusCode.UnsupportedMediaType, 4150)))),
        new(
            Name,
            Capabilities.EncodedName,
            1,
            new Exchange(Upload("%C3%A9.txt", "Name"), Needs.InBrowser(Needs.StoredFile("file", "é.txt"))),
            AskToConvert,
            new Exchange(Convert("txt", "{token}", OneFile), Needs.InBrowser(Needs.ConvertedFiles("é.pdf")))),
    ];
}
