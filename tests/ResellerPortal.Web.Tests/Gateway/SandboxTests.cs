using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using ResellerPortal.Gateway.Upstream;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>The built-in converter, which answers as the real service does.</summary>
public sealed class SandboxTests
{
    [Fact]
    public async Task A_file_is_the_whole_answer_for_those_who_accept_only_that()
    {
        using var fixture = await GatewayFixture.OpenAsync();

        using var answer = await ConvertAsync(fixture, "/convert/txt/to/pdf", "application/octet-stream", ("hello wörld.txt", "Hello"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("1", answer.Headers.GetValues("ConversionCost").Single());
        Assert.Equal("hello wörld.pdf", answer.Content.Headers.ContentDisposition!.FileNameStar);
        Assert.Contains("Hello", PdfText.Read(await answer.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
        Assert.Equal([1L], (await fixture.SettledAsync()).Select(e => e.Quantity));
    }

    [Theory]
    [InlineData("multipart/mixed", 1)]
    [InlineData("multipart/mixed", 2)]
    [InlineData("application/octet-stream", 2)]
    public async Task Several_files_come_as_parts(string accept, int count)
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var files = Enumerable.Range(1, count).Select(i => ($"part ä {i}.txt", $"Text {i}")).ToArray();

        using var answer = await ConvertAsync(fixture, "/convert/txt/to/pdf", accept, files);

        Assert.Equal("multipart/mixed", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"{count}", answer.Headers.GetValues("ConversionCost").Single());
        var boundary = answer.Content.Headers.ContentType.Parameters.Single(p => p.Name == "boundary").Value!.Trim('"');
        var reader = new MultipartReader(boundary, await answer.Content.ReadAsStreamAsync());
        var found = new List<string>();
        while (await reader.ReadNextSectionAsync() is { } section)
        {
            using var content = new MemoryStream();
            await section.Body.CopyToAsync(content);
            var name = System.Net.Http.Headers.ContentDispositionHeaderValue.Parse(section.ContentDisposition!).FileNameStar;
            Assert.Equal("application/pdf", section.ContentType);
            found.Add($"{name}: {PdfText.Read(content.ToArray()).Contains($"Text {found.Count + 1}", StringComparison.Ordinal)}");
        }

        Assert.Equal(Enumerable.Range(1, count).Select(i => $"part ä {i}.pdf: True"), found);
        Assert.Equal([(long)count], (await fixture.SettledAsync()).Select(e => e.Quantity));
    }

    [Fact]
    public async Task A_stored_file_is_described_whatever_is_accepted_and_converts_by_query_alone()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        using var form = GatewayFixture.Form("a.txt", "stored");
        var id = (await GatewayFixture.JsonAsync(fixture.Client.PostAsync("/upload", form))).GetProperty("FileId").GetString()!;

        var answer = await GatewayFixture.JsonAsync(
            fixture.Client.GetAsync($"/convert/txt/to/pdf?File={Uri.EscapeDataString(id)}&StoreFile=true"));

        var url = new Uri(answer.GetProperty("Files")[0].GetProperty("Url").GetString()!);
        using var file = await fixture.Client.GetAsync(url.PathAndQuery);
        Assert.Contains("stored", PdfText.Read(await file.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
        using var stored = await ConvertAsync(
            fixture, "/convert/txt/to/pdf?StoreFile=true", "application/octet-stream", ("a.txt", "x"));
        Assert.Equal("application/json", stored.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("text/plain", true)]
    [InlineData("*/*", false)]
    [InlineData("application/json", false)]
    public async Task An_upload_is_answered_as_its_client_reads_it(string accept, bool isBare)
    {
        using var fixture = await GatewayFixture.OpenAsync();
        using var client = OpenSandbox(fixture);
        client.DefaultRequestHeaders.Accept.Clear();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sandbox/upload?filename=a.txt")
        {
            Content = new ByteArrayContent("content"u8.ToArray()),
        };
        if (accept.Length > 0)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("a.txt", isBare ? "a.txt" : JsonDocument.Parse(text).RootElement.GetProperty("FileName").GetString());
        Assert.Matches("^[0-9a-f]{32}$", isBare ? text : JsonDocument.Parse(text).RootElement.GetProperty("FileId").GetString());
    }

    [Theory]
    [InlineData("/convert/pdf/to/delete-pages", "pdf to delete-pages")]
    [InlineData("/convert/dwg/to/pdf", "dwg to pdf")]
    [InlineData("/convert/docx/to/pdf/converter/openoffice", "leave out /converter/openoffice")]
    [InlineData("/convert/docx/to/pdf", "Sandbox:LibreOfficePath")]
    public async Task What_is_not_converted_is_said_with_what_to_do(string path, string expected)
    {
        using var fixture = await GatewayFixture.OpenAsync(("Sandbox:LibreOfficePath", "/nowhere/soffice"));
        using var client = OpenSandbox(fixture);
        using var form = GatewayFixture.Form();

        using var answer = await client.PostAsync("/sandbox" + path, form);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains(expected, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Office_documents_are_converted_where_LibreOffice_is_installed_and_reach_nothing()
    {
        var asked = 0;
        await using var network = await StandInUpstream.StartAsync((_, _) =>
        {
            asked++;
            return Task.CompletedTask;
        });
        using var fixture = await GatewayFixture.OpenAsync();
        var html = $"<html><body><p>Hello from HTML</p><img src=\"{network.Address}/x.png\"></body></html>";

        var answers = new[]
        {
            await ConvertAsync(fixture, "/convert/html/to/pdf", "application/octet-stream", ("a.html", html)),
            await ConvertAsync(fixture, "/convert/docx/to/pdf", "application/octet-stream", CreateDocument("Hello from Word")),
            await ConvertAsync(fixture, "/convert/docx/to/pdf", "application/octet-stream", ("a.docx", "")),
        };

        if (answers[0].StatusCode == HttpStatusCode.UnsupportedMediaType)
        {
            Assert.Contains("which is not installed", await answers[0].Content.ReadAsStringAsync(), StringComparison.Ordinal);
            return;
        }

        Assert.Contains("Hello from HTML", PdfText.Read(await answers[0].Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
        Assert.Contains("Hello from Word", PdfText.Read(await answers[1].Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, answers[2].StatusCode);
        Assert.Equal(0, asked);
        Assert.Equal([1L, 1L], (await fixture.SettledAsync()).Select(e => e.Quantity));
    }

    [Fact]
    public async Task An_office_program_that_does_not_end_is_ended_with_all_that_it_started()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The stand-in is a shell script.");
            return;
        }

        var program = Path.Combine(Path.GetTempPath(), $"office-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(
            program, "#!/bin/sh\nsleep 100000 &\necho $! > \"$0.pid\"\necho $HOME > \"$0.home\"\nenv > \"$0.env\"\nwait\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var fixture = await GatewayFixture.OpenAsync(
            ("Sandbox:LibreOfficePath", program), ("Sandbox:LibreOfficeTimeout", "00:00:03"));
        using var form = GatewayFixture.Form();

        Assert.Equal(
            (HttpStatusCode.InternalServerError, 5000),
            await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/convert/docx/to/pdf", form)));

        var process = (await File.ReadAllTextAsync(program + ".pid")).Trim();
        await Eventually.TrueAsync(() => !IsAlive(process), "the process that the program started has ended");
        Assert.False(Directory.Exists((await File.ReadAllTextAsync(program + ".home")).Trim()));
        var names = (await File.ReadAllLinesAsync(program + ".env")).Select(line => line.Split('=')[0]);
        Assert.Empty(names.Except(["PATH", "HOME", "TMPDIR", "PWD", "_", "OLDPWD", "SHLVL"]));
        Assert.Empty(await fixture.SettledAsync());
        foreach (var file in (string[])[program, program + ".pid", program + ".home", program + ".env"])
        {
            File.Delete(file);
        }
    }

    /// <summary>A client of the sandbox itself, as the gateway is one.</summary>
    private static HttpClient OpenSandbox(GatewayFixture fixture) =>
        fixture.Server.WithToken(fixture.Server.Services.GetRequiredService<UpstreamAccountResolver>().Secret);

    /// <summary>A process that has ended may still be listed until its parent asks for its result.</summary>
    private static bool IsAlive(string process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<HttpResponseMessage> ConvertAsync(
        GatewayFixture fixture,
        string path,
        string accept,
        params (string Name, string Content)[] files)
    {
        using var form = new MultipartFormDataContent();
        for (var i = 0; i < files.Length; i++)
        {
            form.Add(new ByteArrayContent(Encoding.Latin1.GetBytes(files[i].Content))
            {
                Headers =
                {
                    ContentDisposition = new("form-data") { Name = $"Files[{i}]", FileNameStar = files[i].Name, FileName = files[i].Name },
                },
            });
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = form };
        request.Headers.Accept.ParseAdd(accept);
        return await fixture.Client.SendAsync(request);
    }

    /// <summary>The smallest Word document with a text, its bytes as Latin-1.</summary>
    private static (string Name, string Content) CreateDocument(string text)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("[Content_Types].xml", """
                <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
                <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
                <Override PartName="/word/document.xml"
                 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>
                """);
            Add("_rels/.rels", """
                <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"
                 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
                 Target="word/document.xml"/></Relationships>
                """);
            Add("word/document.xml", $"""
                <w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>
                <w:t>{text}</w:t></w:r></w:p></w:body></w:document>
                """);

            void Add(string name, string content)
            {
                using var entry = new StreamWriter(zip.CreateEntry(name).Open());
                entry.Write(content);
            }
        }

        return ("a.docx", Encoding.Latin1.GetString(bytes.ToArray()));
    }
}
