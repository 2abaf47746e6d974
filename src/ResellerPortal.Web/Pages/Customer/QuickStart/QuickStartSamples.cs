namespace ResellerPortal.Web.CustomerPages.QuickStart;

public sealed record CodeSample(string Language, string Code);

/// <summary>Code samples with the base URL filled in.</summary>
public static class QuickStartSamples
{
    public const string Answer = """
        {
          "ConversionCost": 1,
          "Files": [
            { "FileName": "hello.pdf", "FileExt": "pdf", "FileSize": 7431, "FileData": "JVBERi0xLjQ…" }
          ]
        }
        """;

    public static IReadOnlyList<CodeSample> For(string baseAddress) =>
    [
        new("curl", $$"""
            curl -X POST {{baseAddress}}/convert/txt/to/pdf \
              -H "Authorization: Bearer YOUR_TOKEN" \
              -F "File=@hello.txt"
            """),
        new("C#", $$"""
            using System.Net.Http.Headers;
            using System.Net.Http.Json;
            using System.Text.Json;

            using var http = new HttpClient { BaseAddress = new Uri("{{baseAddress}}") };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "YOUR_TOKEN");

            using var form = new MultipartFormDataContent
            {
                { new StreamContent(File.OpenRead("hello.txt")), "File", "hello.txt" },
            };
            using var response = await http.PostAsync("/convert/txt/to/pdf", form);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
            if (!response.IsSuccessStatusCode)
            {
                throw new InvalidOperationException(answer.GetProperty("Message").GetString());
            }

            var file = answer.GetProperty("Files")[0];
            await File.WriteAllBytesAsync(file.GetProperty("FileName").GetString()!, file.GetProperty("FileData").GetBytesFromBase64());
            """),
        new("JavaScript", $$"""
            import { readFile, writeFile } from "node:fs/promises";

            const form = new FormData();
            form.append("File", new Blob([await readFile("hello.txt")]), "hello.txt");

            const response = await fetch("{{baseAddress}}/convert/txt/to/pdf", {
              method: "POST",
              headers: { Authorization: "Bearer YOUR_TOKEN" },
              body: form,
            });
            const answer = await response.json();
            if (!response.ok) throw new Error(answer.Message);

            const [file] = answer.Files;
            await writeFile(file.FileName, Buffer.from(file.FileData, "base64"));
            """),
        new("Python", $$"""
            import base64
            import requests

            response = requests.post(
                "{{baseAddress}}/convert/txt/to/pdf",
                headers={"Authorization": "Bearer YOUR_TOKEN"},
                files={"File": open("hello.txt", "rb")},
            )
            answer = response.json()
            if not response.ok:
                raise RuntimeError(answer["Message"])

            file = answer["Files"][0]
            with open(file["FileName"], "wb") as out:
                out.write(base64.b64decode(file["FileData"]))
            """),
        new("ConvertAPI client", $$"""
            // npm install convertapi
            import ConvertAPI from "convertapi";

            const convertapi = new ConvertAPI("YOUR_TOKEN", { baseUri: "{{baseAddress}}/" });

            const result = await convertapi.convert("pdf", { File: "hello.txt" });
            await result.saveFiles(".");
            """),
        new("JWT", $$"""
            # A short-lived token for a browser or another application: request one with your API token …
            curl -X POST {{baseAddress}}/token/jwt \
              -H "Authorization: Bearer YOUR_TOKEN" \
              -d '{"ExpiresInSec": 300, "ClientIp": "203.0.113.7"}'

            # … or sign it yourself: HS256 with YOUR_TOKEN as the key, the key ID of the token as "kid", and "exp".
            """),
    ];
}
