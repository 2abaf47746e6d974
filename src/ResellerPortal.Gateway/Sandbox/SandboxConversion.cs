namespace ResellerPortal.Gateway.Sandbox;

/// <summary>What the sandbox can convert, and with what.</summary>
public sealed class SandboxConversion(SandboxConverter plain, OfficeConverter office)
{
    /// <returns>Why the sandbox cannot convert so; null if it can.</returns>
    internal string? FindObstacle(string from, string to, string? converter)
    {
        const string RealService = "Set ConvertApi:BaseUrl and ConvertApi:Secret to use the real service.";
        if (converter is not null)
        {
            return $"The built-in sandbox has no choice of converters: leave out /converter/{converter}. {RealService}";
        }

        if (to == "pdf" && OfficeConverter.Formats.Contains(from))
        {
            return office.FindProgram() is not null ? null
                : $"The built-in sandbox converts {from} to pdf with LibreOffice, which is not installed. Install it so that soffice is on "
                    + $"the PATH, or set Sandbox:LibreOfficePath. {RealService}";
        }

        return to == "pdf" && plain.Formats.Contains(from) ? null
            : $"The built-in sandbox converts {string.Join(", ", plain.Formats)} to pdf, and {string.Join(", ", OfficeConverter.Formats)} "
                + $"where LibreOffice is installed, not {from} to {to}. {RealService}";
    }

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="TimeoutException">The conversion took too long.</exception>
    internal async Task<SandboxFile> ConvertAsync(string from, SandboxFile file, CancellationToken cancellationToken)
    {
        var pdf = OfficeConverter.Formats.Contains(from)
            ? await office.ConvertAsync(
                office.FindProgram() ?? throw new InvalidDataException("LibreOffice is no longer installed."),
                from,
                file.Content,
                cancellationToken)
            : plain.Draw(from, file.Name, file.Content);
        return new SandboxFile(Path.GetFileNameWithoutExtension(file.Name) + ".pdf", pdf);
    }
}
