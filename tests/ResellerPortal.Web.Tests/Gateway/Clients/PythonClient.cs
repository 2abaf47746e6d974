using System.Net;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>convertapi-python: uploads without a content type, then a URL-encoded form.</summary>
internal static class PythonClient
{
    private const string Name = "Python 2.0.0";

    private static string Upload(string fileName, string content) => $$"""
        POST /upload HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-Python/2.0.0
        Accept-Encoding: gzip, deflate
        Accept: */*
        Connection: keep-alive
        Authorization: Bearer {token}
        Content-Disposition: attachment; filename*=UTF-8''{{fileName}}
        Content-Length: {length}

        {{content}}
        """;

    private static string Convert(string format, string token, string form) => $$"""
        POST /convert/{{format}}/to/pdf HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-Python/2.0.0
        Accept-Encoding: gzip, deflate
        Accept: */*
        Connection: keep-alive
        Authorization: Bearer {{token}}
        Content-Length: {length}
        Content-Type: application/x-www-form-urlencoded

        {{form}}&StoreFile=True
        """;

    private const string Download = """
        GET {result} HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-Python/2.0.0
        Accept-Encoding: gzip, deflate
        Accept: */*
        Connection: keep-alive
        Authorization: Bearer {token}
        """;

    private const string Account = """
        GET /user HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-Python/2.0.0
        Accept-Encoding: gzip, deflate
        Accept: */*
        Connection: keep-alive
        Authorization: Bearer {master}
        """;

    private static readonly Exchange UploadFile = new(Upload("hello.txt", "Hello from a file"), Needs.StoredFile("file", "hello.txt"));

    private static readonly Exchange ConvertFile = new(Convert("txt", "{token}", "File={file}"), Needs.ConvertedFiles("hello.pdf"));

    public static ClientConversation[] Conversations { get; } =
    [
        new(Name, Capabilities.ConvertFile, 1, UploadFile, ConvertFile),
        new(Name, Capabilities.ConvertStoredFile, 2, UploadFile, ConvertFile, ConvertFile),
        new(
            Name,
            Capabilities.ConvertAddress,
            1,
            new Exchange(Convert("txt", "{token}", "File={source, escaped}"), Needs.ConvertedFiles("hello.pdf")),
            new Exchange(Download, Needs.Pdf("result", "Hello from an address"))),
        new(
            Name,
            Capabilities.ConvertSeveral,
            2,
            new Exchange(Upload("one.txt", "One"), Needs.StoredFile("one", "one.txt")),
            new Exchange(Upload("two.txt", "Two"), Needs.StoredFile("two", "two.txt")),
            new Exchange(Convert("txt", "{token}", "Files%5B0%5D={one}&Files%5B1%5D={two}"), Needs.ConvertedFiles("one.pdf", "two.pdf"))),
        new(Name, Capabilities.Upload, 0, UploadFile),
        new(
            Name,
            Capabilities.Download,
            1,
            UploadFile,
            ConvertFile,
            new Exchange(Download, Needs.Pdf("result", "Hello from a file"))),
        new(Name, Capabilities.Account, 0, new Exchange(Account, Needs.Account)),
        new(
            Name,
            Capabilities.WrongToken,
            0,
            new Exchange(Convert("txt", "no-such-token", "File={source, escaped}"), Needs.Refusal(HttpStatusCode.Unauthorized, 4011))),
        new(
            Name,
            Capabilities.UnknownFormat,
            0,
            new Exchange(Convert("xyz", "{token}", "File={source, escaped}"), Needs.Refusal(HttpStatusCode.UnsupportedMediaType, 4150))),
        new(
            Name,
            Capabilities.EncodedName,
            1,
            new Exchange(Upload("%C3%A9.txt", "Name"), Needs.StoredFile("file", "é.txt")),
            new Exchange(Convert("txt", "{token}", "File={file}"), Needs.ConvertedFiles("é.pdf")),
            new Exchange(Download, Needs.Pdf("result", "Name"))),
    ];
}
