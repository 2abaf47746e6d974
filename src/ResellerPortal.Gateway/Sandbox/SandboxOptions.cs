namespace ResellerPortal.Gateway.Sandbox;

/// <summary>Section Sandbox: what the built-in converter may use.</summary>
public sealed class SandboxOptions
{
    public const string Section = "Sandbox";

    /// <summary>LibreOffice's program; empty to look for it on the PATH.</summary>
    public string LibreOfficePath { get; set; } = "";

    /// <summary>The longest that LibreOffice may take for one file.</summary>
    public TimeSpan LibreOfficeTimeout { get; set; } = TimeSpan.FromMinutes(1);
}
