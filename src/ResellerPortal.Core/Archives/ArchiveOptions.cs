namespace ResellerPortal.Core.Archives;

/// <summary>Where the files of archived months are, for what needs them while the portal runs. Settings section Archive.</summary>
public sealed class ArchiveOptions
{
    /// <summary>The folder that <c>archive-ledger</c> writes to; null if nothing is archived or the files are elsewhere.</summary>
    public string? Folder { get; set; }
}
