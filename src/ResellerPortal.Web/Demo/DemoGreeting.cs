namespace ResellerPortal.Web.Demo;

/// <summary>Prints the demo accounts and a sample request to the console.</summary>
internal static class DemoGreeting
{
    public static void Print(WebApplication app)
    {
        var address = app.Urls.First().TrimEnd('/');
        Console.WriteLine($$"""

            Reseller Portal is ready: {{address}}

              Operator        {{DemoSeeder.OperatorEmail,-28}} {{DemoSeeder.Password}}
              Reseller owner  {{DemoSeeder.OwnerEmail,-28}} {{DemoSeeder.Password}}
              Customer admin  {{DemoSeeder.CustomerEmail,-28}} {{DemoSeeder.Password}}

            Convert your first file through the gateway as the customer Acme:

              echo "Hello from Acme" | curl -sS "{{address}}/convert/txt/to/pdf?StoreFile=true" -H "Authorization: Bearer {{DemoSeeder.ProductionToken}}" -F "File=@-;filename=hello.txt"

            The response contains the URL of the PDF. Omit StoreFile=true to get it as base64.

            """);
    }
}
