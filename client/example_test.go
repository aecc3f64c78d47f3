package client_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"

	"github.com/gumshoe-detective/gumshoe/client"
)

// investigate starts an investigation of a user's last day, waits for it and
// prints what it found.
func investigate(ctx context.Context, c *client.Client, graphArn, userArn string) error {
	now := time.Now()
	started, err := c.StartInvestigation(ctx, &detective.StartInvestigationInput{
		GraphArn: &graphArn, EntityArn: &userArn,
		ScopeStartTime: aws.Time(now.AddDate(0, 0, -1)), ScopeEndTime: &now,
	})
	if err != nil {
		return err
	}
	run := &detective.GetInvestigationInput{GraphArn: &graphArn, InvestigationId: started.InvestigationId}
	report, err := client.NewInvestigationFinishedWaiter(c).WaitForOutput(ctx, run, 5*time.Minute)
	if err != nil {
		return err
	}
	fmt.Println(report.Status, report.Severity)
	in := &detective.ListIndicatorsInput{GraphArn: &graphArn, InvestigationId: started.InvestigationId}
	for indicator, err := range c.Indicators(ctx, in) {
		if err != nil {
			return err
		}
		fmt.Println(indicator.IndicatorType)
	}
	return nil
}

// A user is investigated. The endpoint here is a stand-in; client.New(ctx)
// alone takes it from AWS_ENDPOINT_URL_DETECTIVE or finds that of AWS.
func Example() {
	ctx := context.Background()
	c, err := client.New(ctx, client.WithConfig(standIn().config()))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	for graph, err := range c.Graphs(ctx, nil) {
		if err != nil {
			log.Fatal(err)
		}
		if err := investigate(ctx, c, *graph.Arn, "arn:aws:iam::111122223333:user/alice"); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// SUCCESSFUL HIGH
	// NEW_ASO
	// NEW_USER_AGENT
	// TTP_OBSERVED
}

func ExampleCanPaginate() {
	fmt.Println(client.CanPaginate("ListMembers"), client.CanPaginate("list_members"), client.CanPaginate("GetMembers"))
	// Output: true true false
}

func ExampleNewListIndicatorsPaginator() {
	ctx := context.Background()
	c, err := client.New(ctx, client.WithConfig(standIn().config()))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	pages := client.NewListIndicatorsPaginator(c, &detective.ListIndicatorsInput{
		GraphArn:        aws.String("arn:aws:detective:us-east-1:111122223333:graph:027c7c4610ea4aacaf0b883093cab899"),
		InvestigationId: aws.String("000000000000000000001"),
	}, func(o *client.ListIndicatorsPaginatorOptions) { o.Limit = 2 })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Indicators))
	}
	// Output:
	// 2
	// 1
}

// standIn has one graph and an investigation that is finished at once.
func standIn() *fake {
	return &fake{routes: map[string]func(object) reply{
		"/graphs/list":                       pages("GraphList", object{"Arn": graphArn}),
		"/investigations/startInvestigation": inTurn(ok(object{"InvestigationId": investigation})),
		investigationRoute:                   inTurn(status("SUCCESSFUL")),
		indicatorsRoute: pages("Indicators", object{"IndicatorType": "NEW_ASO"},
			object{"IndicatorType": "NEW_USER_AGENT"}, object{"IndicatorType": "TTP_OBSERVED"}),
	}}
}
