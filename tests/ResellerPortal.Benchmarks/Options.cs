using System.Globalization;

namespace ResellerPortal.Benchmarks;

/// <param name="Seconds">Duration of each measurement, after a warm-up of a quarter of it.</param>
/// <param name="Rows">Size of the large ledger.</param>
/// <param name="Folder">Folder for database files, which determines the disk that is measured.</param>
internal sealed record Options(double Seconds, long Rows, string Folder)
{
    public static Options Parse(string[] args) => new(
        double.Parse(Value(args, "--seconds") ?? "8", CultureInfo.InvariantCulture),
        long.Parse(Value(args, "--rows") ?? "10000000", CultureInfo.InvariantCulture),
        Value(args, "--folder") ?? Path.GetTempPath());

    private static string? Value(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : null;
}
