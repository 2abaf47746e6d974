using System.Security.Cryptography;

namespace ResellerPortal.Gateway.Sandbox;

/// <summary>Stores sandbox files for three hours, as ConvertAPI does, in a temporary folder of this process.</summary>
public sealed class SandboxFileStore(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("reseller-portal-sandbox-");

    public string Store(string name, byte[] content)
    {
        foreach (var old in _folder.EnumerateDirectories().Where(d => d.CreationTimeUtc < (clock.GetUtcNow() - Kept).UtcDateTime))
        {
            old.Delete(recursive: true);
        }

        var fileId = RandomNumberGenerator.GetHexString(32, lowercase: true);
        File.WriteAllBytes(Path.Combine(_folder.CreateSubdirectory(fileId).FullName, name), content);
        return fileId;
    }

    /// <returns>Null if there is no such file or it has expired.</returns>
    public (string Path, string Name)? Find(string fileId)
    {
        if (fileId.Length != 32 || !fileId.All(c => char.IsAsciiHexDigitLower(c)))
        {
            return null;
        }

        var file = new DirectoryInfo(Path.Combine(_folder.FullName, fileId)) is { Exists: true } folder
            ? folder.EnumerateFiles().SingleOrDefault()
            : null;
        return file is null ? null : (file.FullName, file.Name);
    }

    public bool Remove(string fileId)
    {
        var isThere = Find(fileId) is not null;
        if (isThere)
        {
            Directory.Delete(Path.Combine(_folder.FullName, fileId), recursive: true);
        }

        return isThere;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
