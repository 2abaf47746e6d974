using System.Net;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>convertapi-php: uploads that are typed as forms and wait to be told to continue, then a multipart form.</summary>
internal static class PhpClient
{
    private const string Name = "PHP 3.0.0";

    private static string Upload(string fileName, string content) => $$"""
        POST /upload HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-PHP/3.0.0
        Accept-Encoding: gzip,deflate
        Transfer-Encoding: chunked
        Accept: application/json
        Authorization: Bearer {token}
        Content-Disposition: attachment; filename*=UTF-8''{{fileName}}
        Content-Type: application/x-www-form-urlencoded
        Expect: 100-continue

        {{content.Length:x}}
        {{content}}
        0


        """;

    private static string Convert(string format, string token, string parts) => $$"""
        POST /convert/{{format}}/to/pdf HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-PHP/3.0.0
        Accept-Encoding: gzip,deflate
        Accept: application/json
        Authorization: Bearer {{token}}
        Content-Length: {length}
        Content-Type: multipart/form-data; boundary=------------------------d25d61ee79e6f41d

        --------------------------d25d61ee79e6f41d
        Content-Disposition: form-data; name="StoreFile"

        true
        {{parts}}--------------------------d25d61ee79e6f41d--

        """;

    private static string Part(string name, string value) => $$"""
        --------------------------d25d61ee79e6f41d
        Content-Disposition: form-data; name="{{name}}"

        {{value}}

        """;

    private const string Download = """
        GET {result} HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-PHP/3.0.0
        Accept: */*
        """;

    private const string ReadContents = """
        GET {result} HTTP/1.1
        Host: {host}
        Connection: close
        """;

    private const string Account = """
        GET /user HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-PHP/3.0.0
        Accept-Encoding: gzip,deflate
        Accept: application/json
        Authorization: Bearer {master}
        """;

    private static readonly Exchange UploadFile = new(Upload("hello.txt", "Hello from a file"), Needs.StoredFile("file", "hello.txt"));

    private static readonly Exchange ConvertFile = new(
        Convert("txt", "{token}", Part("File", "{file}")), Needs.ConvertedFiles("hello.pdf"));

    public static ClientConversation[] Conversations { get; } =
    [
        new(Name, Capabilities.ConvertFile, 1, UploadFile, ConvertFile),
        new(Name, Capabilities.ConvertStoredFile, 2, UploadFile, ConvertFile, ConvertFile),
        new(
            Name,
            Capabilities.ConvertAddress,
            1,
            new Exchange(Convert("txt", "{token}", Part("File", "{source}")), Needs.ConvertedFiles("hello.pdf")),
            new Exchange(Download, Needs.Pdf("result", "Hello from an address"))),
        new(
            Name,
            Capabilities.ConvertSeveral,
            2,
            new Exchange(Upload("one.txt", "One"), Needs.StoredFile("one", "one.txt")),
            new Exchange(Upload("two.txt", "Two"), Needs.StoredFile("two", "two.txt")),
            new Exchange(
                Convert("txt", "{token}", Part("Files[0]", "{one}") + Part("Files[1]", "{two}")),
                Needs.ConvertedFiles("one.pdf", "two.pdf"))),
        new(Name, Capabilities.Upload, 0, UploadFile),
        new(
            Name,
            Capabilities.Download,
            1,
            UploadFile,
            ConvertFile,
            new Exchange(Download, Needs.Pdf("result", "Hello from a file")),
            new Exchange(ReadContents, Needs.Pdf("result", "Hello from a file"))),
        new(Name, Capabilities.Account, 0, new Exchange(Account, Needs.Account)),
        new(
            Name,
            Capabilities.WrongToken,
            0,
            new Exchange(Convert("txt", "no-such-token", Part("File", "{source}")), Needs.Refusal(HttpStatusCode.Unauthorized, 4011))),
        new(
            Name,
            Capabilities.UnknownFormat,
            0,
            new Exchange(Convert("xyz", "{token}", Part("File", "{source}")), Needs.Refusal(HttpStatusCode.UnsupportedMediaType, 4150))),
        new(
            Name,
            Capabilities.EncodedName,
            1,
            new Exchange(Upload("%C3%A9.txt", "Name"), Needs.StoredFile("file", "é.txt")),
            new Exchange(Convert("txt", "{token}", Part("File", "{file}")), Needs.ConvertedFiles("é.pdf")),
            new Exchange(Download, Needs.Pdf("result", "Name"))),
    ];
}
