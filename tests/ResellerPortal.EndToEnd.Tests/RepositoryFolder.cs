namespace ResellerPortal.EndToEnd.Tests;

internal static class RepositoryFolder
{
    public static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "ResellerPortal.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
