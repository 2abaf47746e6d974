using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace ResellerPortal.Gateway.Sandbox;

/// <summary>
/// Converts office documents to PDF with LibreOffice where it is installed: a process and a profile for each file, so that no document
/// finds anything of another, at most two at once.
/// </summary>
public sealed class OfficeConverter(IOptions<SandboxOptions> options) : IDisposable
{
    private const int AtOnce = 2;

    private static readonly string[] Programs = OperatingSystem.IsWindows() ? ["soffice.exe"] : ["soffice", "libreoffice"];

    /// <summary>No macros, no links that are updated, and a proxy that does not exist for whatever a document refers to.</summary>
    private const string Profile = """
        <?xml version="1.0" encoding="UTF-8"?>
        <oor:items xmlns:oor="http://openoffice.org/2001/registry">
          <item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
          <item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
          <item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
          <item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
          <item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
          <item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop></item>
          <item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop></item>
          <item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop></item>
          <item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop></item>
          <item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop></item>
          <item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetNoProxy" oor:op="fuse"><value></value></prop></item>
        </oor:items>
        """;

    private readonly SemaphoreSlim _slots = new(AtOnce);

    public static IReadOnlyList<string> Formats { get; } = ["docx", "xlsx", "pptx", "html", "odt"];

    /// <returns>The path of LibreOffice's program; null if it is not installed.</returns>
    public string? FindProgram()
    {
        var candidates = options.Value.LibreOfficePath is { Length: > 0 } configured
            ? [configured]
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .SelectMany(folder => Programs.Select(program => Path.Combine(folder, program)));
        return candidates.FirstOrDefault(File.Exists);
    }

    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <exception cref="InvalidDataException">LibreOffice could not read the file.</exception>
    /// <exception cref="TimeoutException">LibreOffice took too long.</exception>
    public async Task<byte[]> ConvertAsync(string program, string format, byte[] content, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        var folder = Directory.CreateTempSubdirectory("reseller-portal-office-");
        try
        {
            var profile = folder.CreateSubdirectory("profile").CreateSubdirectory("user");
            await File.WriteAllTextAsync(Path.Combine(profile.FullName, "registrymodifications.xcu"), Profile, cancellationToken);
            var source = Path.Combine(folder.FullName, $"file.{format}");
            await File.WriteAllBytesAsync(source, content, cancellationToken);
            await RunAsync(program, folder.FullName, source, format, cancellationToken);
            var result = Path.Combine(folder.FullName, "out", "file.pdf");
            return File.Exists(result)
                ? await File.ReadAllBytesAsync(result, cancellationToken)
                : throw new InvalidDataException($"LibreOffice could not read this {format} file.");
        }
        finally
        {
            folder.Delete(recursive: true);
            _slots.Release();
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task RunAsync(string program, string folder, string source, string format, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[
            $"-env:UserInstallation={new Uri(Path.Combine(folder, "profile")).AbsoluteUri}",
            "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo",
            "--convert-to", "pdf", "--outdir", Path.Combine(folder, "out"), source,
        ])
        {
            start.ArgumentList.Add(argument);
        }

        if (format == "html")
        {
            // Read as a web page, it comes out empty with some builds; read as a text document, it does not.
            start.ArgumentList.Insert(start.ArgumentList.Count - 1, "--infilter=HTML (StarWriter)");
        }

        // The portal's own environment holds secrets, which are no concern of a document.
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        (start.Environment["PATH"], start.Environment["HOME"], start.Environment["TMPDIR"]) = (path, folder, folder);
        using var process = Process.Start(start) ?? throw new InvalidDataException("LibreOffice could not be started.");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.Value.LibreOfficeTimeout);
        try
        {
            await Task.WhenAll(
                process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, deadline.Token),
                process.StandardError.BaseStream.CopyToAsync(Stream.Null, deadline.Token),
                process.WaitForExitAsync(deadline.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"LibreOffice took longer than {options.Value.LibreOfficeTimeout.TotalSeconds:0} seconds.");
        }
        finally
        {
            // The program is a script that starts others, which would go on without it.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
