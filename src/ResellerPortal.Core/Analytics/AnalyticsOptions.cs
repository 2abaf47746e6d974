namespace ResellerPortal.Core.Analytics;

/// <summary>Where the ledger is exported to each day. Settings section Analytics.</summary>
public sealed class AnalyticsOptions
{
    /// <summary>The folder of the files; null if nothing is exported.</summary>
    public string? Folder { get; set; }

    /// <summary>Checks that the folder exists and can be written to; does nothing if none is set.</summary>
    /// <exception cref="InvalidOperationException">It cannot be used.</exception>
    public void Validate()
    {
        if (Folder is null)
        {
            return;
        }

        // A missing folder is not created: it may be a network drive that is not mounted.
        if (!Directory.Exists(Folder))
        {
            throw new InvalidOperationException(
                $"Analytics:Folder is '{Folder}', which is not a folder: create it, or remove the setting to export nothing.");
        }

        try
        {
            var probe = Path.Combine(Folder, $"{Guid.NewGuid():N}.probe");
            File.Create(probe, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"Analytics:Folder is '{Folder}', where the portal cannot write files: {failure.Message}", failure);
        }
    }
}
